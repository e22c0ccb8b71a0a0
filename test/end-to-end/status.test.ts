import { setTimeout as sleep } from 'node:timers/promises'
import { $ } from 'zx/core'
import { boot, powerKill } from '../../runner/lab/index.js'
import { quote } from '../../runner/ssh/quote.js'
import { main } from './built-cluster.js'
import { leavesAllAsItWas } from './node-state.js'
import { labSite, statusIn, summaryOf, troubles } from './site-harness.js'
import { patience } from './patience.js'

const { site, onLab } = labSite('status', 2, { layout: 'single' })
const node2 = site.lab.nodes[1]!

onLab('a healthy cluster, as JSON and for people', async t => {
  const result = await site.run(['status'])
  t.is(result.exitCode, 0, troubles(result))
  const {
    floating_ip: {
      holders: [holder],
    },
    ...status
  } = statusIn(result)
  t.deepEqual(
    result.events.map(({ event }) => event),
    ['status', 'summary'],
  )
  t.like(summaryOf(result), { ok: 2, unreachable: 0, exit: 0 })
  t.like(status, {
    cluster: 'pacemaker1',
    health: 'ok',
    problems: [],
    failures: [],
    links: [{ number: 0, between: ['node1', 'node2'], connected: true }],
  })
  t.deepEqual(
    status.nodes.map(({ name, address, state, seen, remarks }) => [name, address, state, seen, remarks]),
    [
      ['node1', '192.168.0.1', 'online', true, []],
      ['node2', '192.168.0.2', 'online', true, []],
    ],
  )
  t.is(status.nodes.filter(({ dc }) => dc).length, 1)
  t.like(status.quorum, [{ quorate: true, votes: 2, expected: 2, seen_by: ['node1', 'node2'] }])
  t.deepEqual(
    status.resources.map(({ id, agent, state, nodes }) => [id, agent, state, nodes]),
    [
      ['FloatIP', 'ocf:heartbeat:IPaddr2', 'started', [holder!.node]],
      ['WebSite', 'ocf:heartbeat:apache', 'started', [holder!.node]],
    ],
  )
  const { exitCode, screen } = await site.terminal([
    'status',
    '-i',
    site.lab.inventory,
    '-F',
    site.lab.sshConfig,
    '--no-color',
  ])
  t.is(exitCode, 0)
  // On a slow machine, it also says that it waits.
  t.regex(screen, /^(note {2}waiting for .*\r\n)?pacemaker1 {2}. healthy\r\n/)
  t.true(
    screen
      .trimEnd()
      .split('\r\n')
      .every(line => line.length <= 80),
    screen,
  )
  t.true(screen.trimEnd().split('\r\n').length < 24)
})

onLab('-v shows what `crm configure show` shows, and nothing is written on any node', async t => {
  const result = await leavesAllAsItWas(t, site, async () => site.run(['status', '-v']))
  const { node, text } = statusIn(result).configuration!
  t.is(text, (await site.on(node, 'crm -D plain configure show')).trimEnd())
  t.regex(text, /^primitive FloatIP IPaddr2 \\\n\tparams ip=192\.168\.0\.10/m)
  for (const { name } of site.lab.nodes) await site.on(name, 'mv /usr/sbin/crm /usr/sbin/crm.away')
  try {
    t.regex(
      statusIn(await site.run(['status', '-v'])).configuration!.text,
      /^primitive FloatIP ocf:heartbeat:IPaddr2 \\\n\tparams ip=192\.168\.0\.10/m,
    )
  } finally {
    for (const { name } of site.lab.nodes) await site.on(name, 'mv /usr/sbin/crm.away /usr/sbin/crm')
  }
})

/** What a terminal shows of what was written to it, of all that a picture writes. */
function shown(written: string): string[] {
  const rows: string[] = []
  for (const piece of written.split('\x1b[2J').at(-1)!.split('\x1b[K')) {
    const [, row, text] = /\[(\d+);1H(.*)$/s.exec(piece) ?? []
    if (row !== undefined) rows[Number(row) - 1] = text!
  }
  return Array.from(rows, row => row ?? '')
}

onLab(
  '--watch goes on while a node dies and comes back, over one session, and Ctrl-C gives the terminal back',
  async t => {
    const logins = async () => Number(await site.on('node1', 'journalctl -u ssh | grep -c Accepted || true'))
    const before = await logins()
    const words = [
      process.execPath,
      main,
      'status',
      '--watch',
      '-i',
      site.lab.inventory,
      '-F',
      site.lab.sshConfig,
      '--no-color',
    ]
    const running = $({
      quiet: true,
      nothrow: true,
      timeout: `${patience}s`,
      stdio: ['pipe', 'pipe', 'pipe'],
    })`script -qec ${`stty columns 80 rows 24; unset CI; TERM=xterm exec ${words.map(quote).join(' ')}`} /dev/null`
    let written = ''
    running.stdout.on('data', (chunk: Buffer) => {
      written += chunk.toString()
    })
    const until = async (pattern: RegExp) => {
      for (
        const end = performance.now() + patience * 1000;
        !pattern.test(shown(written).join('\n'));
        await sleep(100)
      ) {
        if (performance.now() > end) throw new Error(`never on the screen: ${pattern}\n${shown(written).join('\n')}`)
      }
      t.true(shown(written).length <= 24)
    }
    await until(/ healthy/)
    await powerKill(node2)
    await until(/^ {2}node2 +offline .*unreachable/m)
    await until(/floating IP {2}192\.168\.0\.10 on node1 \(eth0\)/)
    await until(/WebSite +started on node1 /)
    t.notRegex(written, /AT ONCE/)
    const once = await site.run(['status'])
    t.is(once.exitCode, 4)
    t.deepEqual(
      once.events.map(({ event }) => event),
      ['error', 'status', 'summary'],
    )
    t.like(statusIn(once), {
      health: 'failed',
      nodes: [
        { state: 'online', seen: true },
        { state: 'offline', seen: false, remarks: ['unreachable'] },
      ],
    })
    t.is((await site.run(['status', '-l', 'node1'])).exitCode, 0, 'whoever leaves it out is not told of it')
    await boot(node2)
    await until(/ healthy/)
    await until(/^ {2}node2 +online[ ,]/m)
    t.is(await logins(), before + 3, 'one for the watch, two for the others')
    running.stdin.write('\x03')
    const { exitCode } = await running
    t.is(exitCode, 0)
    const [, left = ''] = written.split('\x1b[?1049l')
    t.regex(left, /^pacemaker1 {2}. healthy\r\n[^]* {2}failures +none\r\n$/)
    t.true(written.includes('\x1b[?25h'))
  },
)
