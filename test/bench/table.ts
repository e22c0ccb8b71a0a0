import { medianOf, seconds, seriesOf, type Results, type Series, type ToolName } from './results.js'
import { targets } from './targets.js'
import { few, works } from './works.js'

/** The tables of docs/benchmark.md: one row for each tool and work, then the targets. */

const missing = ''

/** The tools that times are compared with; the first that was measured for the work counts: the floor, or else ha-run. */
const yardsticks: ToolName[] = ['floor', 'node', 'ha-run']

export function table(results: Results): string {
  const rows = results.series.map(one => row(results, one))
  return `
![Time of each work, as bars](../test/bench/results.svg)

| work | tool | median | min-max | ratio | CPU | peak memory | bytes a node | round trips |
|---|---|--:|--:|--:|--:|--:|--:|--:|
${rows.join('\n')}

*ratio* is to the floor; without a floor, to bare Node or to ha-run. *round trips* are those that cannot overlap, including those of the
connection: the time that 20 ms of additional delay add to the fastest run, divided by 20 ms. In brackets: ha-run's own count, after the login.

${machineLines(results).join('\n')}

${fleetLines(results)}| target | measured | |
|---|--:|---|
${targets(results)
  .map(({ work, text, figure, met }) => `| (${work}) ${text} | ${figure} | ${met ? 'met' : '**missed**'} |`)
  .join('\n')}

`
}

/** Where and when the works were measured: times of different machines cannot be compared with each other. */
function machineLines({ series }: Results): string[] {
  const groups = new Map<string, Series[]>()
  for (const one of series) {
    const key = JSON.stringify({ ...one.machine, startMs: 0 })
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].map(group => {
    const { cpus, kernel, node, ssh, ansible } = group[0]!.machine
    const starts = group.map(({ machine }) => machine.startMs)
    const startMs = [...new Set([Math.min(...starts), Math.max(...starts)])].join(' to ')
    const distinct = (values: string[]) => [...new Set(values)].toSorted().join(', ')
    const works = distinct(group.map(({ work }) => `(${work})`))
    const dates = distinct(group.map(({ date }) => date))
    return `- ${works} were measured ${dates} on ${cpus} processors that ran the nodes too, where bare Node takes ${startMs} ms; Linux ${kernel}, Node ${node}, OpenSSH ${ssh}, ansible-core ${ansible}.`
  })
}

function row(results: Results, one: Series): string {
  const { median, min, max } = seconds(one)
  const cells = [
    `(${one.work}) ${works[one.work]}${whereSeveral(one)}`,
    one.tool,
    `${time(median)} s`,
    `${time(min)}-${time(max)}`,
    ratio(results, one),
    `${medianOf(one, 'cpuSeconds')!.toFixed(2)} s`,
    `${medianOf(one, 'peakMegabytes')!.toFixed(0)} MB`,
    bytes(one),
    roundTrips(results, one),
  ]
  return `| ${cells.join(' | ')} |`
}

/** What a fleet has open at the same time. */
function fleetLines({ series }: Results): string {
  const rows = series
    .filter(({ work }) => work === 'j')
    .map(one => {
      const figures = (['mostConnections', 'mostProcesses'] as const).map(figure =>
        Math.max(...one.runs.map(run => run[figure] ?? 0)),
      )
      return `| ${one.nodes / 2} | ${one.tool} | ${figures.join(' | ')} | ${medianOf(one, 'peakMegabytes')!.toFixed(0)} MB |`
    })
  if (rows.length === 0) return ''
  return `| clusters of (j) | | most connections, also those being opened | most processes | peak memory |
|--:|---|--:|--:|--:|
${rows.join('\n')}

`
}

/** The number of nodes, for the works that are measured with several. */
function whereSeveral({ work, nodes }: Series): string {
  if (work === 'g') return `, ${nodes} nodes`
  if (work === 'i') return ` ${nodes} resources`
  if (work === 'j') return `, ${nodes / 2} clusters`
  return work === 'f' ? `, ${nodes} ${nodes === 1 ? 'host' : 'hosts'}` : ''
}

/** Three significant digits. */
export function time(seconds: number): string {
  return seconds.toPrecision(seconds >= 1 ? 3 : 2)
}

function yardstick(results: Results, { work, nodes }: Series): Series | undefined {
  return yardsticks.map(tool => seriesOf(results, work, tool, nodes)).find(found => found !== undefined)
}

/** The factor over the time it is compared with; empty for that tool itself. */
export function ratio(results: Results, one: Series): string {
  const measure = yardstick(results, one)
  if (measure === undefined || measure === one) return missing
  const value = seconds(one).median / seconds(measure).median
  return `${value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0)}x`
}

function bytes(one: Series): string {
  const kilobytes = medianOf(one, 'kilobytesPerNode')
  return kilobytes === undefined ? missing : `${kilobytes.toFixed(0)} kB`
}

/** Milliseconds that (g) adds to a round trip. */
const added = 20

/**
 * The delay that (g) adds to the same work without it, by the quickest runs, which other work of the machine disturbs least;
 * and the tool's own count of round trips. On many nodes the figures vary by more than the round trips add, since these overlap.
 */
function roundTrips(results: Results, one: Series): string {
  const near = one.work === 'g' && one.nodes === few ? seriesOf(results, 'a', one.tool, few) : undefined
  const measured = near && (((seconds(one).min - seconds(near).min) / added) * 1000).toFixed(0)
  return [measured, one.exact && `(${one.exact.roundTrips})`].filter(Boolean).join(' ')
}
