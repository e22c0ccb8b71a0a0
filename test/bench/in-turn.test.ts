import test from 'ava'
import { inTurn, type Turn, type WithoutMachine } from './in-turn.js'
import type { ToolName } from './results.js'

function setUp(rounds?: number) {
  const [order, series]: [string[], WithoutMachine[]] = [[], []]
  const bench = {
    rounds,
    signal: new AbortController().signal,
    say: () => {},
    take: (one: WithoutMachine) => series.push(one),
  }
  const turn = (tool: ToolName, count: number): Turn => ({
    tool,
    rounds: count,
    attempt: async () => {
      order.push(tool)
      return {
        exitCode: 0,
        stdout: '',
        stderr: '',
        run: { seconds: order.length, cpuSeconds: 1, peakMegabytes: 1 },
        kilobytesPerNode: 1.26,
      }
    },
  })
  return { order, series, bench, turn }
}

test('the tools take turns, each as often as it should', async t => {
  const { order, series, bench, turn } = setUp()
  await inTurn(bench, 'b', 16, [turn('floor', 3), turn('ha-run', 3), turn('Ansible', 2)])
  t.deepEqual(order, ['floor', 'ha-run', 'Ansible', 'floor', 'ha-run', 'Ansible', 'floor', 'ha-run'])
  t.deepEqual(
    series.map(({ work, nodes, tool, runs }) => [work, nodes, tool, runs.map(({ seconds }) => seconds)]),
    [
      ['b', 16, 'floor', [1, 4, 7]],
      ['b', 16, 'ha-run', [2, 5, 8]],
      ['b', 16, 'Ansible', [3, 6]],
    ],
  )
  t.is(series[0]!.runs[0]!.kilobytesPerNode, 1.3)
})

test('--rounds is for all tools', async t => {
  const { order, bench, turn } = setUp(1)
  await inTurn(bench, 'b', 16, [turn('floor', 3), turn('Ansible', 2)])
  t.deepEqual(order, ['floor', 'Ansible'])
})
