import { medianOf, seconds, seriesOf, type Results, type Series, type ToolName, type WorkName } from './results.js'
import { growthExponent } from './statistics.js'
import { clusterCounts, few, hostCounts, many } from './works.js'

/** Targets and results. They are shown and never asserted: a busy machine is no fault of the program. */
export interface Target {
  work: WorkName
  text: string
  /** What was measured, with its unit. */
  figure: string
  met: boolean
}

/** The tolerance above 1 of an exponent that counts as proportional: repeated runs differ by that much. */
const noise = 0.05

/** The targets whose works have been measured. */
export function targets(results: Results): Target[] {
  const median = (work: WorkName, tool: ToolName, nodes?: number) => {
    const series = seriesOf(results, work, tool, nodes)
    return series && seconds(series).median
  }
  const atMost = (
    work: WorkName,
    text: string,
    limit: number,
    unit: string,
    one?: number,
    other?: number,
    relate = (a: number, b: number) => a / b,
  ): Target[] => {
    if (one === undefined || other === undefined) return []
    const value = relate(one, other)
    return [{ work, text, figure: `${value.toFixed(2)}${unit}`, met: value <= limit }]
  }
  const [a, b] = [median('a', 'ha-run'), median('b', 'ha-run')]
  const ansible = median('a', 'Ansible')
  const minus = (one: number, other: number) => one - other
  return [
    ...atMost('a', 'at most 2x the floor', 2, 'x', a, median('a', 'floor')),
    ...(a === undefined || ansible === undefined
      ? []
      : [
          {
            work: 'a' as const,
            text: 'Ansible takes at least 10x as long',
            figure: `${(ansible / a).toFixed(1)}x`,
            met: ansible / a >= 10,
          },
        ]),
    ...atMost('b', 'at most 1.5x the floor', 1.5, 'x', b, median('b', 'floor')),
    ...atMost('c', 'under 0.3x Ansible', 0.3, 'x', median('c', 'ha-run'), median('c', 'Ansible')),
    ...atMost('e', 'at most (b)', 1, 'x', median('e', 'ha-run'), b),
    ...growth(results, 'f', hostCounts),
    ...growth(
      results,
      'j',
      clusterCounts.map(count => 2 * count),
    ),
    ...atMost('g', 'at most 1 s more than (a)', 1, ' s', median('g', 'ha-run', few), a, minus),
    ...atMost('g', 'at most 1 s more than (b)', 1, ' s', median('g', 'ha-run', many), b, minus),
    ...atMost('h', 'under 3x bare Node', 3, 'x', median('h', 'ha-run'), median('h', 'node')),
  ]
}

/** By the steepest step from one number of hosts to the next. */
function growth(results: Results, work: 'f' | 'j', counts: number[]): Target[] {
  const points = counts.flatMap(count => seriesOf(results, work, 'ha-run', count) ?? [])
  if (points.length < 2) return []
  return (
    [
      ['time', (one: Series) => seconds(one).median],
      ['memory', (one: Series) => medianOf(one, 'peakMegabytes')!],
    ] as const
  ).map(([name, value]) => {
    const steps = points
      .slice(1)
      .map((point, at) => growthExponent([points[at]!.nodes, value(points[at]!)], [point.nodes, value(point)]))
    const steepest = Math.max(...steps)
    return {
      work,
      text: `${name} grows no faster than the hosts`,
      figure: `hosts^${steepest.toFixed(2)}`,
      met: steepest <= 1 + noise,
    }
  })
}

/** One line for each target. */
export function targetLines(results: Results): string[] {
  return targets(results).map(
    ({ work, text, figure, met }) => `${met ? 'met   ' : 'missed'}  ${work}  ${text}: ${figure}`,
  )
}
