import test from 'ava'
import { frameOf } from '../../runner/ui/frame.js'
import { Rows } from '../../runner/ui/rows.js'
import { createStyle } from '../../runner/ui/style.js'
import type { AnyEvent } from '../../runner/ui/visible.js'

const style = createStyle({ color: false, utf8: true })

function rowsFor(clusters: Record<string, string[]>, events: AnyEvent[] = [], outside: string[] = []): Rows {
  const rows = new Rows(
    {
      event: 'run',
      run: '1',
      command: [],
      inventory: 'i',
      check: false,
      clusters: Object.entries(clusters).map(([name, nodes]) => ({
        name,
        nodes,
        ...(outside.includes(name) && { outside: true }),
      })),
    },
    0,
  )
  for (const event of events) rows.apply(event, 0)
  return rows
}

function frameLines(rows: Rows, size: { columns?: number; lines?: number; now?: number } = {}): string[] {
  const { texts, rest } = frameOf(rows.clusters, {
    style,
    columns: 80,
    lines: 20,
    now: 0,
    remark: rows.remark,
    ...size,
  })
  return [...texts.values(), ...(rest === undefined ? [] : [rest])].flatMap(text => text.split('\n'))
}

const place = { cluster: 'web', host: 'node1', role: 'corosync', task: 'write corosync.conf' }
const start: AnyEvent = { event: 'task-start', ...place, index: 3, count: 7, applying: true }
const ok: AnyEvent = { event: 'task', ...place, status: 'ok', ms: 1 }
const failed: AnyEvent = { event: 'task', ...place, status: 'failed', ms: 1, error: { message: 'no space\nleft' } }

test('a row shows the role, the number of the task, and its name', t => {
  t.deepEqual(frameLines(rowsFor({ web: ['node1', 'node2'] }, [start])), [
    '› node1  corosync 3/7       write corosync.conf',
    '· node2  waiting',
  ])
})

test('a long task shows its duration and its progress', t => {
  const notice: AnyEvent = { event: 'notice', cluster: 'web', host: 'node1', text: 'apt waits' }
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, notice]), { columns: 110, now: 12_400 }), [
    '› node1  corosync 3/7       write corosync.conf  12 s  apt waits',
  ])
})

test('a narrow screen shows the duration', t => {
  const rows = rowsFor({ web: ['node1'] }, [start])
  t.deepEqual(frameLines(rows, { columns: 40, now: 12_400 }), ['› node1  corosync 3/7       writ…  12 s'])
})

const wait: AnyEvent = { event: 'progress', ...place, text: 'waiting for another apt: unattended-upgr, pid 811' }

test('progress has priority over the name of a task', t => {
  const rows = rowsFor({ web: ['node1'] }, [start, wait])
  const at = (columns: number) => frameLines(rows, { columns, now: 12_400 })
  t.deepEqual(at(120), [
    '› node1  corosync 3/7       write corosync.conf  12 s  waiting for another apt: unattended-upgr, pid 811',
  ])
  t.deepEqual(at(96), [
    '› node1  corosync 3/7       write co…  12 s  waiting for another apt: unattended-upgr, pid 811',
  ])
  t.deepEqual(at(80), ['› node1  corosync 3/7…  12 s  waiting for another apt: unattended-upgr, pid 811'])
  // A shorter progress does not make room for the name, which would appear and vanish.
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, { ...wait, text: 'apt waits' }])), [
    '› node1  corosync 3/7…  apt waits',
  ])
  t.deepEqual(at(60), ['› node1  corosync 3/7…  12 s  waiting for another apt: una…'])
  t.deepEqual(at(40), ['› node1  corosync 3/7…  12 s'])
})

test('of two running tasks, the first is shown, with its own progress', t => {
  const other = { ...place, role: 'pacemaker', task: 'install pacemaker' }
  const begun: AnyEvent = { event: 'task-start', ...other, index: 2, count: 6, applying: true }
  const at: AnyEvent = { event: 'progress', ...other, text: 'installing 62 %' }
  const shown = (...events: AnyEvent[]) => frameLines(rowsFor({ web: ['node1'] }, events), { columns: 120 })
  t.deepEqual(shown(start, begun, at), ['› node1  corosync 3/7       write corosync.conf'])
  t.deepEqual(shown(start, begun, at, ok), ['› node1  pacemaker 2/6      install pacemaker  installing 62 %'])
  // Its turn comes while it runs: it does not start again.
  const rows = rowsFor({ web: ['node1'] }, [begun, at])
  rows.apply({ ...begun, applying: false }, 10_000)
  t.deepEqual(frameLines(rows, { columns: 120, now: 12_400 }), [
    '› node1  pacemaker 2/6      install pacemaker  12 s  installing 62 %',
  ])
})

test('progress ends with its task, and when it becomes empty', t => {
  const step = '› node1  corosync 3/7       write corosync.conf'
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, wait, { ...wait, text: '' }])), [step])
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, { ...wait, text: 'one\ntwo' }]), { columns: 120 }), [
    `${step}  one two`,
  ])
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, wait, ok])), ['✔ node1  1 ok'])
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, wait, ok, start])), [step])
})

test('a notice about the run has a line below the rows', t => {
  const rows = rowsFor({ web: ['node1', 'node2', 'node3'] }, [
    start,
    { event: 'notice', text: 'interrupted: finishing the running steps' },
  ])
  t.deepEqual(frameLines(rows, { lines: 3, columns: 30 }), [
    '› node1  corosync 3/7       …',
    '… 2 more: 2 waiting',
    'interrupted: finishing the r…',
  ])
  t.is(frameLines(rows, { lines: 4 }).at(-1), 'interrupted: finishing the running steps')
})

test('a paused background task is not shown as running', t => {
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, wait, { event: 'task-pause', ...place }])), ['· node1  '])
})

test('columns are aligned and cut by display width', t => {
  const rows = rowsFor({ web: ['日本', 'node2'] }, [
    { ...start, host: '日本', task: '日本日本日本日本日本' },
    { ...start, host: 'node2' },
  ])
  t.deepEqual(frameLines(rows, { columns: 36 }), [
    '› 日本   corosync 3/7       日本日…',
    '› node2  corosync 3/7       write …',
  ])
})

test('a failure stands below its row', t => {
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, failed])), ['✖ node1  1 failed', '    no space left'])
})

test('between two tasks, a row shows its counts', t => {
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, ok])), ['✔ node1  1 ok'])
})

test('of checks that run together, a row shows the first one', t => {
  const second: AnyEvent = { ...start, task: 'start corosync', index: 4 }
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [start, second, ok])), [
    '› node1  corosync 4/7       start corosync',
  ])
})

test('several clusters have rows of their own, a single cluster only for its own tasks', t => {
  t.deepEqual(frameLines(rowsFor({ web: ['node1'], mail: ['mx1'] })), [
    '· web      ',
    '·   node1  waiting',
    '· mail     ',
    '·   mx1    waiting',
  ])
  t.deepEqual(frameLines(rowsFor({ web: ['node1'] }, [{ ...start, host: undefined, role: 'constraints' }])), [
    '› web    constraints 3/7    write corosync.conf',
    '· node1  waiting',
  ])
})

test('rows without room are counted; failed rows have priority', t => {
  const names = Array.from({ length: 64 }, (_, index) => `node${index + 1}`)
  const rows = rowsFor({ web: names }, [
    { ...failed, host: 'node60' },
    { ...start, host: 'node50' },
  ])
  const lines = frameLines(rows, { lines: 6 })
  t.deepEqual(lines, [
    '· node1   waiting',
    '· node2   waiting',
    '· node3   waiting',
    '✖ node60  1 failed',
    '    no space left',
    '… 60 more: 1 running, 59 waiting',
  ])
  // After ten seconds, a task that hangs has priority.
  t.true(frameLines(rows, { lines: 6, now: 10_500 }).some(line => line.includes('node50')))
})

test('a frame never has more lines or columns than the screen', t => {
  const names = Array.from({ length: 64 }, (_, index) => `node${index + 1}`)
  const rows = rowsFor(
    { web: names },
    names.flatMap(
      (host, index) =>
        [
          { ...(index % 3 ? start : failed), host },
          ...(index % 2 ? [] : [{ ...wait, host, text: 'waiting for '.repeat(index) }]),
        ] as AnyEvent[],
    ),
  )
  for (const columns of [30, 45, 60, 80, 120]) {
    for (const lines of [3, 10, 23, 49]) {
      const picture = frameLines(rows, { columns, lines, now: 60_000 })
      t.true(picture.length <= lines)
      t.true(picture.every(line => line.length < columns))
    }
  }
})

const inCluster = (cluster: string) => ({ ...place, cluster, host: `${cluster}a` })

/** Sixty clusters of two nodes: ten ended, one of them failed, one postponed, three running, the others waiting. */
function fleetRows(): Rows {
  const name = (at: number) => `c${String(at + 1).padStart(2, '0')}`
  const clusters = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [name(at), [`${name(at)}a`, `${name(at)}b`]]),
  )
  const signal = (event: 'cluster-start' | 'cluster-end' | 'cluster-postponed', cluster: string): AnyEvent => ({
    event,
    cluster,
  })
  return rowsFor(clusters, [
    ...Object.keys(clusters)
      .slice(0, 14)
      .map(cluster => signal('cluster-start', cluster)),
    signal('cluster-postponed', 'c03'),
    { event: 'notice', cluster: 'c03', host: 'c03b', text: 'does not answer yet' },
    ...Object.keys(clusters)
      .slice(0, 11)
      .filter(cluster => cluster !== 'c03')
      .flatMap((cluster): AnyEvent[] => [
        { ...(cluster === 'c07' ? failed : ok), ...inCluster(cluster) },
        signal('cluster-end', cluster),
      ]),
    { ...start, ...inCluster('c12') },
  ])
}

test('of many clusters, those that failed and those that run have rows, and the others are counted', t => {
  t.deepEqual(frameLines(fleetRows()), [
    '· c07     ',
    '✖   c07a  1 failed',
    '    no space left',
    '· c12     ',
    '›   c12a  corosync 3/7       write corosync.conf',
    '·   c12b  waiting',
    '· c13     ',
    '·   c13a  waiting',
    '·   c13b  waiting',
    '· c14     ',
    '·   c14a  waiting',
    '·   c14b  waiting',
    '… 60 clusters: 1 failed (c07), 9 ended, 3 running, 1 postponed, 46 waiting',
  ])
})

test('however many clusters fail, those that run keep half of the screen, and no frame is taller', t => {
  const rows = fleetRows()
  for (let at = 15; at <= 40; at += 1) rows.apply({ ...failed, ...inCluster(`c${at}`) }, 0)
  for (const lines of [3, 6, 11, 23, 49]) {
    const shown = frameLines(rows, { lines })
    t.true(shown.length <= lines, `${shown.length} of ${lines}`)
    t.regex(shown.at(-1)!, /^… 60 clusters: 27 failed \(c07, c15, c16 and 24 more\), 9 ended, 3 running/)
    t.true(shown.some(line => line.includes('c12 ')))
  }
})

test('the nodes of a cluster wait since it has begun, not since the run has', t => {
  const rows = rowsFor({ web: ['node1'], mail: ['mx1'] })
  rows.apply({ event: 'cluster-start', cluster: 'mail' }, 60_000)
  t.deepEqual(frameLines(rows, { now: 63_000 }), [
    '· web      ',
    '·   node1  waiting  63 s',
    '· mail     ',
    '·   mx1    waiting  3 s',
  ])
})

test('a host outside clusters has one row, and a second one for what is about its whole work', t => {
  const locked: AnyEvent = { event: 'error', cluster: 'arbiter', status: 'failed', error: { message: 'locked' } }
  const rows = rowsFor({ web: ['node1'], backup1: ['backup1'], arbiter: ['arbiter'] }, [locked], ['backup1', 'arbiter'])
  t.deepEqual(frameLines(rows), [
    '· web      ',
    '·   node1  waiting',
    '· backup1  waiting',
    '✖ arbiter  1 failed',
    '    locked',
    '· arbiter  waiting',
  ])
})
