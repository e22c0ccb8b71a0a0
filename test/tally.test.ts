import test from 'ava'
import { closingLine, durationOf, outcomeOf, slowest } from './tally.js'

const lines: [line: string, outcome: ReturnType<typeof outcomeOf>, seconds?: number][] = [
  ['  ✔ cli › usage › ha-run --help helps, on stdout (152ms)', 'passed', 0.152],
  ['  ✔ end-to-end › address › an address that cannot answer (1m 33.9s)', 'passed', 93.9],
  ['  ✔ end-to-end › ring › three nodes (2m)', 'passed', 120],
  ['  ✔ inventory › limit › a glob (node[12])', 'passed'],
  ['  ✘ [fail]: engine › ahead › what is in sync (3.1s)', 'failed', 3.1],
  ['  - [skip] engine › run › a run connects', 'skipped'],
  ['    ℹ starting node1, node2', undefined],
  ['  1 test failed', undefined],
  ['  ✔', undefined],
]

for (const [line, outcome, seconds] of lines) {
  test(`ava's line ${JSON.stringify(line)}`, t => {
    t.is(outcomeOf(line), outcome)
    t.is(durationOf(line)?.seconds, seconds)
  })
}

test('the slowest stand first', t => {
  const tests = [
    { title: 'a', seconds: 0.5 },
    { title: 'b', seconds: 93.94 },
    { title: 'c', seconds: 2 },
  ]
  t.deepEqual(slowest(tests, 2), ['   93.9 s  b', '    2.0 s  c'])
})

test('the closing line is what .ci/run ends with', t => {
  t.is(closingLine({ passed: 3, failed: 0, skipped: 1 }), '3 passed, 0 failed, 1 skipped')
})
