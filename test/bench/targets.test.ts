import test from 'ava'
import { sample, sampleResults } from './sample.js'
import { targetLines, targets } from './targets.js'

test('the steepest step from one number of hosts to the next decides on growth', t => {
  const hosts = (seconds: number[], memory: number[]) =>
    sampleResults(
      ...[1, 4, 16, 64].map((count, at) => sample('f', count, 'ha-run', seconds[at]!, { peakMegabytes: memory[at]! })),
    )
  t.deepEqual(targetLines(hosts([0.3, 0.5, 2, 8], [80, 82, 90, 120])), [
    'met     f  time grows no faster than the hosts: hosts^1.00',
    'met     f  memory grows no faster than the hosts: hosts^0.21',
  ])
  t.deepEqual(
    targets(hosts([0.3, 0.5, 4, 8], [1, 2, 3, 40])).map(({ met }) => met),
    [false, false],
  )
})

test('(g) is the difference to the near nodes, (e) a ratio to (b)', t => {
  const results = sampleResults(
    sample('a', 2, 'ha-run', 0.5),
    sample('b', 16, 'ha-run', 2),
    sample('e', 16, 'ha-run', 2.1),
    sample('g', 2, 'ha-run', 0.75),
    sample('g', 16, 'ha-run', 3.5),
  )
  t.deepEqual(targetLines(results), [
    'missed  e  at most (b): 1.05x',
    'met     g  at most 1 s more than (a): 0.25 s',
    'missed  g  at most 1 s more than (b): 1.50 s',
  ])
})
