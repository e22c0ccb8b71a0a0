import type { ExecutionContext } from 'ava'
import { ownStandby } from '../../runner/cluster/pacemaker/drain.js'
import { probing } from './http-probe.js'
import { labSite, tasksOf, troubles, withStatus, type Result } from './site-harness.js'

/** Changes of corosync.conf on a cluster that serves: each the mildest way there is, with the outage that it costs. */
const { site, onLab } = labSite('ring', 3, { layout: 'single' })
const names = ['node1', 'node2', 'node3']
const load = 'corosync: corosync runs what its files say'
const write = 'corosync: write /etc/corosync/corosync.conf'

/** What `cluster.corosync` says by now: each test adds to it. */
let settings: Record<string, unknown> = {}

async function declare(more: Record<string, unknown>): Promise<string> {
  settings = { ...settings, ...more }
  return site.inventory('ring.yml', cluster => {
    cluster['corosync'] = settings
  })
}

const on = async (script: string) => Promise.all(names.map(name => site.on(name, script)))
const ring = async () => on('corosync-quorumtool -s | grep "Ring ID"')
const conf = async () => on('sha256sum /etc/corosync/corosync.conf; systemctl show -p MainPID corosync')
const runs = async (key: string) => on(`corosync-cmapctl -g ${key} | sed "s/.*= //"`)
const everywhere = (value: string) => names.map(() => `${value}\n`)

/** Runs it under load, and says what that cost. */
async function measured(t: ExecutionContext, what: string, words: string[], inventory: string) {
  let run: Result | undefined
  const probed = await probing(site.lab.name, async () => {
    run = await site.run(words, { inventory })
  })
  t.log(
    `${what}: ${probed.failed} of ${probed.requests} requests failed, ${probed.failed === 0 ? 'no outage' : `${probed.longest} ms without an answer`}`,
  )
  t.is(run!.exitCode, 0, troubles(run!))
  return { run: run!, probed }
}

/** The differences of a task, as `subject: from -> to (note)`. */
function diffOf(run: Result, task: string): string[] {
  return tasksOf(run)
    .filter(event => `${event.role}: ${event.task}` === task)
    .flatMap(({ diff = [] }) =>
      diff.map(({ subject, from, to, note }) => `${subject}: ${from ?? '-'} -> ${to ?? '-'} (${note})`),
    )
}

onLab('three nodes were built, and nothing is left to do', async t => {
  const run = await site.run(['site'])
  t.deepEqual([run.exitCode, withStatus(run, 'changed', 'failed')], [0, []], troubles(run))
})

onLab('a token and encryption are changed live: no request fails, and all nodes are in one ring', async t => {
  const inventory = await declare({ token: 6000, crypto_cipher: 'none', crypto_hash: 'none' })
  const plan = await site.run(['corosync', '--check'], { inventory })
  t.deepEqual(diffOf(plan, write), [
    'totem.crypto_cipher on node1, node2, node3: aes256 -> none (live: a reload applies it; anyone on that network can read what the nodes send each other)',
    'totem.crypto_hash on node1, node2, node3: sha256 -> none (live: a reload applies it; anyone on that network can impersonate a node)',
    'totem.token on node1, node2, node3: 3000 -> 6000 (live: a reload applies it)',
  ])
  const off = await measured(t, 'token, and encryption off', ['corosync'], inventory)
  t.deepEqual(
    await runs('runtime.config.totem.token'),
    everywhere('6650'),
    'Corosync adds its coefficient for the third node',
  )
  const again = await measured(
    t,
    'encryption on',
    ['corosync'],
    await declare({ crypto_cipher: 'aes128', crypto_hash: 'sha512' }),
  )
  t.deepEqual([off.probed.failed, again.probed.failed], [0, 0])
  t.deepEqual(await runs('totem.crypto_cipher'), everywhere('aes128'))
  // Keys may change at the cost of a new ring (fencing.test.ts), which is one again.
  const [first, ...others] = await ring()
  t.deepEqual(others, [first, first])
})

onLab(
  'a node that restarted with a new cipher before the others had loaded it is in a ring of its own: the next run brings them together',
  async t => {
    const inventory = await declare({ crypto_cipher: 'aes192' })
    await on('sed -i s/aes128/aes192/ /etc/corosync/corosync.conf')
    await site.on('node2', 'systemctl stop pacemaker corosync; systemctl start corosync pacemaker')
    await untilSplit()
    const { probed } = await measured(t, 'two rings become one', ['site'], inventory)
    t.is(probed.failed, 0)
    t.is(new Set(await ring()).size, 1)
    t.deepEqual(await runs('totem.crypto_cipher'), everywhere('aes192'))
    t.notRegex(await site.on('node1', 'cibadmin -Q'), /ha-run-full-stop/)
    t.is((await site.run(['site', '--check'], { inventory })).exitCode, 0)
  },
)

async function untilSplit(): Promise<void> {
  await site.on(
    'node2',
    'for i in $(seq 120); do [ "$(crm_mon -1 --output-as=xml | grep -c "<current_dc.*name=.node2.")" = 1 ] && exit; sleep 0.5; done; exit 1',
  )
}

onLab('nodes that the network keeps apart load no other cipher, and nothing is left in maintenance mode', async t => {
  const inventory = await declare({})
  const other = await declare({ crypto_cipher: 'aes256' })
  settings = { ...settings, crypto_cipher: 'aes192' }
  await site.on(
    'node2',
    "apt-get -qq update; apt-get -qq install -y nftables >/dev/null; nft add table inet cut; nft add chain inet cut in '{ type filter hook input priority 0; }'; nft add rule inet cut in udp dport 5405 drop",
  )
  await untilSplit()
  const epochs = async () => on('cibadmin -Q | head -n 1 | grep -o " epoch=.[0-9]*"')
  const before = await epochs()
  const run = await site.run(['site'], { inventory: other })
  t.is(run.exitCode, 2)
  t.regex(troubles(run), /the nodes are not in one ring/)
  t.deepEqual(await epochs(), before, 'maintenance mode was set')
  t.deepEqual(await runs('totem.crypto_cipher'), everywhere('aes192'))
  await site.on(
    'node2',
    'nft delete table inet cut; apt-get -qq purge -y nftables >/dev/null; for i in $(seq 120); do corosync-quorumtool -s | grep -q "Nodes: *3" && exit; sleep 0.5; done; exit 1',
  )
  t.notRegex(await site.on('node1', 'cibadmin -Q'), /ha-run-full-stop/)
  const back = await site.run(['site'], { inventory })
  t.is(back.exitCode, 0, troubles(back))
})

const linkOf = (network: number) => Object.fromEntries(names.map((name, at) => [name, `10.9.${network}.${at + 1}`]))

onLab('a link is added live: no request fails', async t => {
  for (const [at, name] of names.entries())
    await site.on(name, `ip addr add 10.9.1.${at + 1}/24 dev eth0; ip addr add 10.9.2.${at + 1}/24 dev eth0`)
  const { probed } = await measured(t, 'another link', ['corosync'], await declare({ links: [linkOf(1)] }))
  t.is(probed.failed, 0)
  t.regex(await site.on('node2', 'corosync-cfgtool -s'), /LINK ID 1 udp\n\s*addr\s*= 10\.9\.1\.2\n/)
  const verify = await site.run(['verify'], { inventory: await declare({}) })
  t.is(verify.exitCode, 0, troubles(verify))
})

onLab('a link gets other addresses by two reloads, while the other link carries the ring', async t => {
  const inventory = await declare({ links: [linkOf(2)] })
  const plan = await site.run(['corosync', '--check'], { inventory })
  t.is(
    diffOf(plan, write)[0],
    'nodelist.nodeid.1.ring1_addr on node1, node2, node3: 10.9.1.1 -> 10.9.2.1 (two-step reload: the link is removed and added again while another link carries the ring)',
  )
  const before = await ring()
  const { probed } = await measured(t, "a link's addresses", ['corosync'], inventory)
  t.is(probed.failed, 0)
  t.deepEqual(await ring(), before)
  for (const cfgtool of await on('corosync-cfgtool -s')) t.regex(cfgtool, /LINK ID 1 udp\n\s*addr\s*= 10\.9\.2\./)
  t.is((await site.run(['site', '--check'], { inventory })).exitCode, 0)
})

onLab('the addresses of the only link, or of all, are no matter of a reload', async t => {
  const shifted = await site.inventory('shifted.yml', (cluster, hosts) => {
    cluster['corosync'] = { ...settings, links: [linkOf(1)] }
    for (const [at, name] of names.entries()) hosts[name]!['address'] = `192.168.0.${at + 101}/24`
  })
  const before = await conf()
  const run = await site.run(['corosync'], { inventory: shifted })
  t.is(run.exitCode, 2)
  t.regex(
    troubles(run),
    /ring0_addr is 192\.168\.0\.1 and would be 192\.168\.0\.101 \(full stop[^)]*no other link stays unchanged/,
  )
  t.deepEqual(await conf(), before)
})

/** When Corosync was down on each node since a time, as [from, to] in seconds since 1970. */
async function downtimes(since: number): Promise<[number, number][]> {
  const logs = await on(
    `journalctl -u corosync -o short-unix --since @${since} | grep -E "systemd.*(Stopping|Started) "`,
  )
  return logs.map(log => {
    const times = log
      .trim()
      .split('\n')
      .map(line => Number(line.split(' ')[0]))
    return [times[0]!, times[1]!]
  })
}

onLab('what only a restart changes is rolled: one node at a time, each emptied before', async t => {
  const inventory = await declare({ totem: { link_mode: 'active' } })
  const plan = await site.run(['site', '--check'], { inventory })
  t.deepEqual(diffOf(plan, write), [
    'totem.link_mode on node1, node2, node3: passive -> active (rolling restart, one node at a time: each node has its own, and reads it at its start only)',
  ])
  const effects = tasksOf(plan).find(({ task }) => write.endsWith(task))?.effects ?? []
  t.is(effects.length, 3)
  t.regex(effects[0]!, /^first Corosync restarts on node\d: nothing runs there$/)
  t.regex(effects[2]!, /^then Corosync restarts on node\d: FloatIP, WebSite move away before$/)
  const since = Math.floor(Date.now() / 1000)
  const { run } = await measured(t, 'rolling restart', ['site'], inventory)
  t.deepEqual(withStatus(run, 'changed'), [write, load])
  t.deepEqual(await runs('totem.link_mode'), everywhere('active'))
  const down = (await downtimes(since)).toSorted(([one], [other]) => one - other)
  for (const [at, [from]] of down.entries())
    if (at > 0) t.true(from >= down[at - 1]![1], `one node at a time: ${JSON.stringify(down)}`)
  t.false((await site.on('node1', 'cibadmin -Q --scope nodes')).includes('nvpair'), 'no standby and no mark stays')
})

onLab('a roll that would leave the service nowhere to go is refused, and nothing is written', async t => {
  const holder = (await site.on('node1', 'crm_resource -W -r FloatIP -Q')).trim()
  const others = names.filter(name => name !== holder)
  await site.on(holder, `for node in ${others.join(' ')}; do crm_standby -N $node -v on; done; sleep 1`)
  const before = await conf()
  const run = await site.run(['site'], {
    inventory: await site.inventory('refused.yml', cluster => {
      cluster['corosync'] = { ...settings, totem: { link_mode: 'rr' } }
    }),
  })
  t.is(run.exitCode, 2)
  t.regex(
    troubles(run),
    new RegExp(
      `FloatIP, WebSite on ${holder} could run nowhere else: ${others[0]} is in standby, ${others[1]} is in standby.*--allow-outage`,
    ),
  )
  t.deepEqual(await conf(), before)
  await site.on(holder, `for node in ${others.join(' ')}; do crm_standby -N $node -D; done; sleep 1`)

  await site.on(
    holder,
    `crm configure primitive Pinned ocf:heartbeat:Dummy; for node in ${others.join(' ')}; do crm_resource --ban -r Pinned -N $node; done; sleep 2`,
  )
  const pinned = await site.run(['corosync'], {
    inventory: await site.inventory('refused.yml', cluster => {
      cluster['corosync'] = { ...settings, totem: { link_mode: 'rr' } }
    }),
  })
  await site.on(holder, 'crm_resource --clear -r Pinned; crm -F configure delete Pinned')
  t.is(pinned.exitCode, 2)
  t.regex(troubles(pinned), new RegExp(`Pinned on ${holder} could run nowhere else: pacemaker would stop it`))
  t.deepEqual(await conf(), before)
})

onLab(
  'wait_for_all that a reload only seems to have applied is named; a roll that is killed is finished by the next run',
  async t => {
    const inventory = await declare({ quorum: { wait_for_all: 1 } })
    await on(String.raw`sed -i '/expected_votes/a\	wait_for_all: 1' /etc/corosync/corosync.conf`)
    await site.on('node1', 'corosync-cfgtool -R >/dev/null')
    t.deepEqual(await runs('quorum.wait_for_all'), everywhere('1'))
    const plan = await site.run(['site', '--check'], { inventory })
    t.deepEqual(withStatus(plan, 'would-change'), [load])
    t.deepEqual(diffOf(plan, load), [
      'quorum.wait_for_all that corosync runs with on node1, node2, node3: 0 -> 1 (rolling restart, one node at a time: read at the start only, although a reload seems to apply it)',
    ])

    const holder = (await site.on('node1', 'crm_resource -W -r FloatIP -Q')).trim()
    const [meant, emptied] = names.filter(name => name !== holder)
    // An admin has ended the standby of an interrupted run, as ha-run advises, and later set one on purpose: the mark is still there.
    await site.on(
      holder,
      `crm_attribute -N ${meant} -n ha-run-drained -l forever -v x; crm_standby -N ${meant} -v on; sleep 1`,
    )
    await site.killed(['site'], inventory, async () =>
      (await site.on(holder, 'cibadmin -Q --scope nodes')).includes(`value="${ownStandby}"`),
    )
    t.regex(await site.on(holder, 'cibadmin -Q --scope nodes'), /ha-run-drained/)
    const next = await site.run(['site'], { inventory })
    t.is(next.exitCode, 0, troubles(next))
    for (const state of await on('corosync-quorumtool -s')) t.regex(state, /Flags:.*WaitForAll/)
    const nodes = await site.on(holder, 'cibadmin -Q --scope nodes')
    t.deepEqual(
      [...nodes.matchAll(/<nvpair id="nodes-(\d)-([\w-]+)"/g)].map(([, id, name]) => `node${id} ${name}`),
      [`${meant} standby`],
      `an admin's own standby stays, and that of ${emptied} goes`,
    )
    await site.on(holder, `crm_standby -N ${meant} -D`)
  },
)

onLab('a right file with another value running is drift, and is reloaded', async t => {
  await site.on('node2', 'corosync-cmapctl -s totem.token u32 5000')
  const inventory = await declare({})
  const plan = await site.run(['site', '--check'], { inventory })
  t.is(plan.exitCode, 3)
  t.deepEqual(diffOf(plan, load), [
    'totem.token that corosync runs with on node2: 5000 -> 6000 (live: a reload applies it)',
  ])
  t.deepEqual(withStatus(await site.run(['site'], { inventory }), 'changed'), [load])
  t.deepEqual(await runs('runtime.config.totem.token'), everywhere('6650'))
})

onLab(
  'what all nodes must agree on is refused and not even written; allowed, all stop, change and start at once, and the resources run on',
  async t => {
    const inventory = await declare({ totem: { link_mode: 'active', ip_version: 'ipv4' } })
    const before = await conf()
    for (const words of [['site'], ['site', '--check']]) {
      const refused = await site.run(words, { inventory })
      t.is(refused.exitCode, 2)
      t.regex(
        troubles(refused),
        /totem\.ip_version is \(not set\) and would be ipv4 \(full stop[^)]*\).*--allow-outage/,
      )
    }
    t.deepEqual(await conf(), before)
    const plan = await site.run(['site', '--check', '--allow-outage'], { inventory })
    t.deepEqual(tasksOf(plan).find(({ task }) => write.endsWith(task))?.effects, [
      'Corosync and Pacemaker stop on all nodes and start again: the resources keep running, and nothing monitors them meanwhile',
    ])
    const { run, probed } = await measured(t, 'full stop', ['site', '--allow-outage'], inventory)
    t.is(probed.failed, 0, 'Pacemaker leaves what runs and finds it again')
    t.deepEqual(withStatus(run, 'changed'), [write])
    t.deepEqual(await runs('totem.ip_version'), everywhere('ipv4'))
    t.false((await site.on('node1', 'cibadmin -Q --scope crm_config')).includes('maintenance-mode'))
    t.is((await site.run(['site', '--check'], { inventory })).exitCode, 0)
  },
)
