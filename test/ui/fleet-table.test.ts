import test from 'ava'
import type { Status, TaskEvent } from '../../runner/engine/events.js'
import { tableLines } from '../../runner/ui/table.js'
import { createStyle } from '../../runner/ui/style.js'
import { tally } from '../../runner/ui/tally.js'
import { visibleEvent, type AnyEvent } from '../../runner/ui/visible.js'

const style = createStyle({ color: false, utf8: true })

/** The table of a run on clusters of one node each, with these results of their only task. */
function tableOf(results: (Status | undefined)[]): string[] {
  const name = (at: number) => `c${at + 1}`
  const events: AnyEvent[] = [
    {
      event: 'run',
      run: 'r',
      command: [],
      inventory: 'site.yml',
      check: false,
      clusters: results.map((_, at) => ({ name: name(at), nodes: [`n${at + 1}`] })),
    },
    ...results.flatMap((status, at): TaskEvent[] =>
      status ? [{ event: 'task', cluster: name(at), host: `n${at + 1}`, role: 'r', task: 't', status, ms: 1 }] : [],
    ),
  ]
  return tableLines(tally(events.map(visibleEvent)), style)
}

const many = (count: number, status?: Status) => Array.from({ length: count }, () => status)

test('of many clusters those that are alike share a row, and those that failed have their own table', t => {
  t.deepEqual(tableOf([...many(180, 'ok'), ...many(17, 'changed'), 'failed', 'unreachable', undefined]), [
    '                             ok  changed  failed  unreachable',
    '1 cluster without results     0        0       0            0',
    '  c200',
    '180 clusters in sync        180        0       0            0',
    '  c1, c2, c3 and 177 more',
    '17 clusters changed           0       17       0            0',
    '  c181, c182, c183 and 14 more',
    '2 clusters failed             0        0       1            1',
    '  c198, c199',
    '',
    'c198      ok  changed  failed  unreachable',
    '  n198     0        0       1            0',
    '',
    'c199      ok  changed  failed  unreachable',
    '  n199     0        0       0            1',
  ])
})

test('of few clusters each has its own table', t => {
  t.is(tableOf(many(8, 'ok')).filter(line => line.startsWith('  n')).length, 8)
})
