import type { Machine, Results, Series, ToolName, WorkName } from './results.js'

/** A series of three runs around a median, 10 % less and 20 % more. */
export function sample(
  work: WorkName,
  nodes: number,
  tool: ToolName,
  median: number,
  more: Partial<Series['runs'][number]> = {},
): Series {
  const runs = [0.9, 1, 1.2].map(factor => ({
    seconds: median * factor,
    cpuSeconds: median / 2,
    peakMegabytes: 90,
    ...more,
  }))
  return { work, nodes, tool, date: '2026-11-22', runs, machine }
}

const machine: Machine = { cpus: 2, kernel: '6.1', node: '20.19.0', ssh: '9.2p1', ansible: '2.14.18', startMs: 50 }

export function sampleResults(...series: Series[]): Results {
  return { series }
}
