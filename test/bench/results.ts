import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { spread, type Spread } from './statistics.js'

/** The results of the benchmark, in `results.json`. */

const inSources = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
export const resultsFile = inSources('test/bench/results.json')
export const pictureFile = inSources('test/bench/results.svg')
export const pageFile = inSources('docs/benchmark.md')

export const toolNames = [
  'floor',
  'node',
  'ha-run',
  'ha-run, 20 dead',
  'ha-run verify',
  'ha-run status',
  'ha-run import',
  'ha-run report',
  'Ansible',
  'Ansible seeded',
] as const
export type ToolName = (typeof toolNames)[number]

export const workNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] as const
export type WorkName = (typeof workNames)[number]

const runSchema = z.strictObject({
  /** Wall time. */
  seconds: z.number().positive(),
  /** User and system time of the process and of all children that it waited for. */
  cpuSeconds: z.number().nonnegative(),
  /** The most memory (resident set) that any one of these processes had, in 10^6 bytes. */
  peakMegabytes: z.number().positive(),
  /** IP packets on TCP port 22 in both directions, the average over the nodes, in 10^3 bytes. */
  kilobytesPerNode: z.number().nonnegative().optional(),
  /** The most connections that were open or being opened at the same time, and the most processes that it had started. */
  mostConnections: z.number().int().optional(),
  mostProcesses: z.number().int().optional(),
})
export type Run = z.infer<typeof runSchema>

/** The requests to a node in one run after the login, counted by the tool itself. */
const exactSchema = z.strictObject({ frames: z.number(), roundTrips: z.number() })
export type Exact = z.infer<typeof exactSchema>

const machineSchema = z.strictObject({
  cpus: z.number(),
  kernel: z.string(),
  node: z.string(),
  ssh: z.string(),
  ansible: z.string(),
  /** Milliseconds that Node takes to start and to end, at best: starts of processes are most of what is measured here. */
  startMs: z.number().int(),
})
export type Machine = z.infer<typeof machineSchema>

const seriesSchema = z.strictObject({
  work: z.enum(workNames),
  tool: z.enum(toolNames),
  /** The number of nodes of the work, or of resources in (i); 0 for a work without nodes. */
  nodes: z.number().int().nonnegative(),
  date: z.iso.date(),
  runs: z.array(runSchema).nonempty(),
  exact: exactSchema.optional(),
  machine: machineSchema,
})
export type Series = z.infer<typeof seriesSchema>

export const resultsSchema = z.strictObject({ series: z.array(seriesSchema) })
export type Results = z.infer<typeof resultsSchema>

/** @returns undefined if nothing was measured yet. @throws ZodError for any other file. */
export function readResults(file: string): Results | undefined {
  return existsSync(file) ? resultsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** The new series, and those of the works that were not measured this time, in the order of the works. */
export function merged(old: Results | undefined, fresh: Results): Results {
  const measured = new Set(fresh.series.map(({ work }) => work))
  const kept = old?.series.filter(({ work }) => !measured.has(work)) ?? []
  const place = ({ work, nodes, tool }: Series) => workNames.indexOf(work) * 1e6 + nodes * 10 + toolNames.indexOf(tool)
  return { series: [...kept, ...fresh.series].toSorted((one, other) => place(one) - place(other)) }
}

export function seriesOf({ series }: Results, work: WorkName, tool: ToolName, nodes?: number): Series | undefined {
  return series.find(one => one.work === work && one.tool === tool && (nodes === undefined || one.nodes === nodes))
}

/** Seconds of a series' runs. */
export function seconds({ runs }: Series): Spread {
  return spread(runs.map(run => run.seconds))
}

/** Another figure's median over a series' runs; undefined if it was not measured. */
export function medianOf({ runs }: Series, figure: Exclude<keyof Run, 'seconds'>): number | undefined {
  const values = runs.flatMap(run => run[figure] ?? [])
  return values.length === 0 ? undefined : spread(values).median
}
