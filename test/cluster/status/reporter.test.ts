import { setImmediate as turn } from 'node:timers/promises'
import test from 'ava'
import type { StatusEvent } from '../../../runner/cluster/status/events.js'
import { statusFrame } from '../../../runner/cluster/status/frame.js'
import { statusLines } from '../../../runner/cluster/status/lines.js'
import { logReporter, onceReporter, screenReporter } from '../../../runner/cluster/status/reporter.js'
import { AlternateScreen } from '../../../runner/ui/alternate-screen.js'
import { createStyle } from '../../../runner/ui/style.js'
import { collector } from '../../ui/collector.js'

const style = createStyle({ color: false, utf8: true })

function statusOf(
  cluster: string,
  { count = 2, ...more }: Partial<StatusEvent> & { count?: number } = {},
): StatusEvent {
  return {
    event: 'status',
    cluster,
    health: 'ok',
    problems: [],
    nodes: Array.from({ length: count }, (_, at) => ({
      name: `node${at + 1}`,
      address: `192.0.2.${at + 1}`,
      state: 'online',
      dc: at === 0,
      seen: true,
      remarks: [],
    })),
    links: [{ number: 0, between: ['node1', 'node2'], connected: true }],
    dc: [{ node: 'node1', seen_by: ['node1'] }],
    quorum: [{ quorate: true, votes: 2, expected: 2, ring: '1.9', flags: [], seen_by: ['node1'] }],
    resources: [
      { id: 'FloatIP', agent: 'ocf:heartbeat:IPaddr2', parents: [], state: 'started', nodes: ['node1'], remarks: [] },
    ],
    floating_ip: { address: '192.0.2.10', holders: [{ node: 'node1', interface: 'eth0' }] },
    failures: [],
    ...more,
  }
}

const trouble = statusOf('bad', {
  health: 'failed',
  problems: [
    { level: 'failed', text: 'node2 is offline', hint: 'look after it' },
    { level: 'warning', text: 'and more', hint: 'leave it' },
  ],
})

test('a picture never has more rows than there are, nor longer lines', t => {
  const clusters = [statusOf('one'), trouble, statusOf('three', { count: 40 })]
  for (let rows = 1; rows < 50; rows++) {
    for (const columns of [20, 80]) {
      const lines = statusFrame(clusters, { style, columns, rows })
      t.true(lines.length <= rows, `${lines.length} of ${rows}`)
      t.true(
        lines.every(line => line.length < columns),
        lines.join('\n'),
      )
    }
  }
})

test('where room is short, what is wrong is what stays', t => {
  const clusters = [statusOf('one'), trouble, statusOf('three')]
  const frame = (rows: number) => statusFrame(clusters, { style, columns: 80, rows })
  t.is(frame(99).join('\n').match(/->/g)?.length, 2)
  t.is(frame(29).join('\n').match(/->/g), null, 'remedies go first')
  t.deepEqual(
    frame(12).filter(line => !line.startsWith(' ')),
    ['bad  ✖ unhealthy: 1 problem', 'one  ✔ healthy', 'three  ✔ healthy'],
  )
  t.deepEqual(frame(5), [
    'bad  ✖ unhealthy: 1 problem',
    '  ✖ node2 is offline',
    '  ! and more',
    'one  ✔ healthy',
    'three  ✔ healthy',
  ])
  t.deepEqual(frame(3), [
    'bad  ✖ unhealthy: 1 problem',
    '  ✖ node2 is offline',
    '… 3 more lines: `ha-run status` shows all',
  ])
})

test('a single cluster fills the rows there are', t => {
  const lines = statusFrame([trouble], { style, columns: 80, rows: 6 })
  t.deepEqual(lines, [
    ...statusLines(trouble, { style, hints: false }).slice(0, 5),
    '… 5 more lines: `ha-run status` shows all',
  ])
})

test('of many nodes, those of which the same is to be said share a row', t => {
  const lines = statusLines(statusOf('big', { count: 20 }), { style, hints: true })
  t.is(lines[1], '  node1                            online, DC  192.0.2.1')
  t.is(lines[2], '  node2, node3, node4 and 16 more  online')
})

test('what a node says drives no terminal', async t => {
  const out = collector()
  const reporter = onceReporter({ stdout: out, stderr: out, style, verbosity: 0, diff: false })
  reporter.report(
    statusOf('one', {
      failures: [{ operation: 'x_monitor_0', node: 'node1', status: 'error', reason: 'a\x1b[2J\nb\u202e' }],
      configuration: { node: 'node1', text: 'primitive \x9b\n\tparams' },
    }),
  )
  await reporter.close()
  t.true(out.text().includes('a\\x1b[2J b\\u202e'))
  t.true(out.text().includes('    primitive \\x9b\n    \tparams\n'))
})

test('in a log, a status stands once for as long as nothing in it changes', async t => {
  const out = collector()
  const reporter = logReporter({ stdout: out, stderr: out, style, verbosity: 0, diff: false }, () => new Date(0))
  for (const status of [statusOf('one'), statusOf('one'), trouble, statusOf('one'), trouble]) reporter.report(status)
  await reporter.close()
  t.deepEqual(
    out
      .text()
      .split('\n')
      .filter(line => /^[a-z1]/.test(line)),
    ['1970-01-01T00:00:00.000Z', 'one  ✔ healthy', '1970-01-01T00:00:00.000Z', 'bad  ✖ unhealthy: 1 problem'],
  )
})

const [open, closed] = ['\x1b[?1049h', '\x1b[?1049l']

test('on a screen only rows that changed are written, and afterwards the terminal is as it was', async t => {
  const out = collector({ isTTY: true, columns: 80, rows: 24 })
  const reporter = screenReporter(
    { stdout: out, stderr: out, style, verbosity: 0, diff: false },
    () => new Date(2026, 0, 1, 12, 0, 0),
  )
  reporter.report(statusOf('one'))
  await turn()
  await turn()
  const before = out.chunks.length
  reporter.report(statusOf('one'))
  await turn()
  await turn()
  t.is(out.chunks.length, before, 'nothing has changed')
  reporter.report(statusOf('one', { quorum: [{ quorate: false, ring: '1.d', flags: [], seen_by: [] }] }))
  await turn()
  await turn()
  t.is(out.chunks.at(-1), '\x1b[6;1H  quorum       NO, ring 1.d\x1b[K')
  await reporter.close()
  const text = out.text()
  t.is(text.split(open).length, 2)
  const [, left = ''] = text.split(closed)
  t.true(text.includes('\x1b[?25h') && text.includes('\x1b[?7h'))
  t.regex(left, /^one {2}✔ healthy\n/)
})

test('a window of another size is drawn anew', t => {
  const out = collector({ isTTY: true, columns: 80, rows: 24 })
  const picture = new AlternateScreen(out)
  picture.draw(['a', 'b'])
  out.emit('resize')
  picture.draw(['a', 'b'])
  picture.close()
  t.is(out.text().split('a').length, 3)
  t.true(out.text().endsWith(closed))
})
