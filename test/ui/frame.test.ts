import test from 'ava'
import { frameOf } from '../../runner/ui/frame.js'
import { Rows } from '../../runner/ui/rows.js'
import { createStyle } from '../../runner/ui/style.js'
import type { AnyEvent } from '../../runner/ui/visible.js'

const style = createStyle({ color: false, utf8: true })

function rowsFor(clusters: Record<string, string[]>, events: AnyEvent[] = []): Rows {
  const rows = new Rows(
    {
      event: 'run', run: '1', command: [], inventory: 'i', check: false,
      clusters: Object.entries(clusters).map(([name, nodes]) => ({ name, nodes })),
    },
    0,
  )
  for (const event of events) rows.apply(event, 0)
  return rows
}

function pictured(rows: Rows, size: { columns?: number; lines?: number; now?: number } = {}): string[] {
  const { texts, rest } = frameOf(rows.all, { style, columns: 80, lines: 20, now: 0, remark: rows.remark, ...size })
  return [...texts.values(), ...(rest === undefined ? [] : [rest])].flatMap(text => text.split('\n'))
}

const place = { cluster: 'web', host: 'node1', role: 'corosync', task: 'write corosync.conf' }
const start: AnyEvent = { event: 'task-start', ...place, index: 3, count: 7, applying: true }
const ok: AnyEvent = { event: 'task', ...place, status: 'ok', ms: 1 }
const failed: AnyEvent = { event: 'task', ...place, status: 'failed', ms: 1, error: { message: 'no space\nleft' } }

test('a row says the role, how far it is, and the task', t => {
  t.deepEqual(pictured(rowsFor({ web: ['node1', 'node2'] }, [start])), [
    '› node1  corosync 3/7       write corosync.conf',
    '· node2  waiting',
  ])
})

test('what takes long says for how long, and what it waits for', t => {
  const notice: AnyEvent = { event: 'notice', cluster: 'web', host: 'node1', text: 'apt waits' }
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, notice]), { columns: 110, now: 12_400 }), [
    '› node1  corosync 3/7       write corosync.conf  12 s  apt waits',
  ])
})

test('the time stays in sight on a narrow screen', t => {
  const rows = rowsFor({ web: ['node1'] }, [start])
  t.deepEqual(pictured(rows, { columns: 40, now: 12_400 }), ['› node1  corosync 3/7       writ…  12 s'])
})

const wait: AnyEvent = { event: 'progress', ...place, text: 'waiting for another apt: unattended-upgr, pid 811' }

test('what a task is at has room before its name has', t => {
  const rows = rowsFor({ web: ['node1'] }, [start, wait])
  const at = (columns: number) => pictured(rows, { columns, now: 12_400 })
  t.deepEqual(at(120), ['› node1  corosync 3/7       write corosync.conf  12 s  waiting for another apt: unattended-upgr, pid 811'])
  t.deepEqual(at(96), ['› node1  corosync 3/7       write co…  12 s  waiting for another apt: unattended-upgr, pid 811'])
  t.deepEqual(at(80), ['› node1  corosync 3/7…  12 s  waiting for another apt: unattended-upgr, pid 811'])
  // A shorter text makes no room for the name: it would come and go.
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, { ...wait, text: 'apt waits' }])), ['› node1  corosync 3/7…  apt waits'])
  t.deepEqual(at(60), ['› node1  corosync 3/7…  12 s  waiting for another apt: una…'])
  t.deepEqual(at(40), ['› node1  corosync 3/7…  12 s'])
})

test('of two tasks that go on, the first is shown with what itself is at', t => {
  const other = { ...place, role: 'pacemaker', task: 'install pacemaker' }
  const begun: AnyEvent = { event: 'task-start', ...other, index: 2, count: 6, applying: true }
  const at: AnyEvent = { event: 'progress', ...other, text: 'installing 62 %' }
  const shown = (...events: AnyEvent[]) => pictured(rowsFor({ web: ['node1'] }, events), { columns: 120 })
  t.deepEqual(shown(start, begun, at), ['› node1  corosync 3/7       write corosync.conf'])
  t.deepEqual(shown(start, begun, at, ok), ['› node1  pacemaker 2/6      install pacemaker  installing 62 %'])
  // Its turn comes while it goes on: it has not begun anew.
  const rows = rowsFor({ web: ['node1'] }, [begun, at])
  rows.apply({ ...begun, applying: false }, 10_000)
  t.deepEqual(pictured(rows, { columns: 120, now: 12_400 }), ['› node1  pacemaker 2/6      install pacemaker  12 s  installing 62 %'])
})

test('what a task is at goes with it, or when there is no more to say', t => {
  const step = '› node1  corosync 3/7       write corosync.conf'
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, wait, { ...wait, text: '' }])), [step])
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, { ...wait, text: 'one\ntwo' }]), { columns: 120 }), [`${step}  one two`])
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, wait, ok])), ['✔ node1  1 ok'])
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, wait, ok, start])), [step])
})

test('what is said of the run as a whole stands below the rows, and has its line', t => {
  const rows = rowsFor({ web: ['node1', 'node2', 'node3'] }, [start, { event: 'notice', text: 'interrupted: finishing the running steps' }])
  t.deepEqual(pictured(rows, { lines: 3, columns: 30 }), ['› node1  corosync 3/7       …', '… 2 more: 2 waiting', 'interrupted: finishing the r…'])
  t.is(pictured(rows, { lines: 4 }).at(-1), 'interrupted: finishing the running steps')
})

test('what was done ahead of its turn is not shown as if it went on', t => {
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, wait, { event: 'task-pause', ...place }])), ['· node1  '])
})

test('columns are aligned and cut by what they take on the screen', t => {
  const rows = rowsFor({ web: ['日本', 'node2'] }, [{ ...start, host: '日本', task: '日本日本日本日本日本' }, { ...start, host: 'node2' }])
  t.deepEqual(pictured(rows, { columns: 36 }), ['› 日本   corosync 3/7       日本日…', '› node2  corosync 3/7       write …'])
})

test('a failure is unfolded below its row', t => {
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, failed])), ['✖ node1  1 failed', '    no space left'])
})

test('between two tasks a row says what was done', t => {
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, ok])), ['✔ node1  1 ok'])
})

test('checks that go out together show as the first one that is open', t => {
  const second: AnyEvent = { ...start, task: 'start corosync', index: 4 }
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [start, second, ok])), ['› node1  corosync 4/7       start corosync'])
})

test('several clusters have rows of their own, a single one only for its own tasks', t => {
  t.deepEqual(pictured(rowsFor({ web: ['node1'], mail: ['mx1'] })), [
    '· web      ',
    '·   node1  waiting',
    '· mail     ',
    '·   mx1    waiting',
  ])
  t.deepEqual(pictured(rowsFor({ web: ['node1'] }, [{ ...start, host: undefined, role: 'constraints' }])), [
    '› web    constraints 3/7    write corosync.conf',
    '· node1  waiting',
  ])
})

test('rows without room are counted, failed ones have room first', t => {
  const names = Array.from({ length: 64 }, (_, index) => `node${index + 1}`)
  const rows = rowsFor({ web: names }, [
    { ...failed, host: 'node60' },
    { ...start, host: 'node50' },
  ])
  const lines = pictured(rows, { lines: 6 })
  t.deepEqual(lines, [
    '· node1   waiting',
    '· node2   waiting',
    '· node3   waiting',
    '✖ node60  1 failed',
    '    no space left',
    '… 60 more: 1 running, 59 waiting',
  ])
  // After ten seconds the one that hangs is worth seeing.
  t.true(pictured(rows, { lines: 6, now: 10_500 }).some(line => line.includes('node50')))
})

test('a frame never has more lines or columns than the screen', t => {
  const names = Array.from({ length: 64 }, (_, index) => `node${index + 1}`)
  const rows = rowsFor({ web: names }, names.flatMap((host, index) => [
    { ...(index % 3 ? start : failed), host }, ...index % 2 ? [] : [{ ...wait, host, text: 'waiting for '.repeat(index) }],
  ] as AnyEvent[]))
  for (const columns of [30, 45, 60, 80, 120]) {
    for (const lines of [3, 10, 23, 49]) {
      const picture = pictured(rows, { columns, lines, now: 60_000 })
      t.true(picture.length <= lines)
      t.true(picture.every(line => line.length < columns))
    }
  }
})
