import type { Status } from '../engine/events.js'
import type { Style } from './style.js'
import { noCounts, sum } from './tally.js'
import type { ClusterTally, Counts, Tally } from './tally.js'
import { grouped, names, oneLine, pad, widest } from './text.js'

/** From here on, nodes with equal numbers share a row. */
const manyNodes = 16

/** The table of the final summary: for each cluster the numbers of its nodes, then its headlines. */
export function tableLines(tally: Tally, style: Style): string[] {
  const columns = columnsOf(tally)
  const clusters = tally.clusters.map(cluster => ({ cluster, rows: rowsOf(cluster) }))
  const width = widest(
    clusters.flatMap(({ cluster, rows }) => [
      cluster.name,
      ...[...rows.map(([name]) => name), ...cluster.headlines.keys()].map(label => `  ${label}`),
    ]),
  )
  return clusters.flatMap(({ cluster, rows }, index) => [
    ...(index > 0 ? [''] : []),
    [style.strong(pad(cluster.name, width)), ...columns.map(({ title }) => style.quiet(title))].join('  '),
    ...rows.map(([name, counts]) =>
      [pad(`  ${name}`, width), ...columns.map(column => cell(counts, column, style))].join('  '),
    ),
    ...[...cluster.headlines].map(([label, text]) => `${style.quiet(pad(`  ${label}`, width))}  ${oneLine(text)}`),
  ])
}

interface Column {
  status: Status
  title: string
}

/** The columns that every table has, and one for each other status that occurred. */
function columnsOf({ run, tasks, total }: Tally): Column[] {
  const changing: Status[] = run?.check ? ['would-change', 'unknown'] : ['changed']
  const always: Status[] = tasks.length > 0 ? ['ok', ...changing, 'failed'] : ['ok', 'failed']
  const order: Status[] = ['ok', 'changed', 'would-change', 'unknown', 'skipped', 'warning', 'failed', 'unreachable']
  return order
    .filter(status => always.includes(status) || total[status] > 0)
    .map(status => ({ status, title: status.replace('-', ' ').padStart(4) }))
}

function rowsOf({ nodes, own }: ClusterTally): [string, Counts][] {
  const rows: [string, Counts][] =
    nodes.length <= manyNodes
      ? nodes.map(({ name, counts }) => [name, counts])
      : grouped(nodes, ({ counts }) => JSON.stringify(counts)).map(alike => [
          names(alike.map(({ name }) => name)),
          // The numbers of each of these nodes, not their sum.
          alike[0]?.counts ?? noCounts(),
        ])
  return sum(own) > 0 ? [...rows, ['cluster', own]] : rows
}

function cell(counts: Counts, { status, title }: Column, style: Style): string {
  const text = String(counts[status]).padStart(title.length)
  if (counts[status] === 0) return style.quiet(text)
  if (status === 'ok') return style.good(text)
  return status === 'failed' || status === 'unreachable' ? style.bad(text) : style.careful(text)
}
