import type { Status } from '../engine/events.js'
import type { Style } from './style.js'
import { addUp, manyClusters, noCounts, sum } from './tally.js'
import type { ClusterTally, Counts, Tally } from './tally.js'
import { counted, grouped, names, oneLine, pad, sections, widest } from './text.js'

/** From here on, nodes with equal numbers share a row. */
const manyNodes = 16

/** The table of the final summary: for each cluster the numbers of its nodes, then its headlines. */
export function tableLines(tally: Tally, style: Style): string[] {
  const columns = columnsOf(tally)
  const clusters = tally.clusters.filter(({ outside }) => !outside)
  const hosts = hostsTogether(tally.clusters.filter(({ outside }) => outside))
  if (clusters.length <= manyClusters) return clusterLines([...clusters, ...hosts], columns, style)
  const folded = foldedClusters(clusters)
  const failed = clusters.filter(cluster => outcomeOf(cluster) === 'failed')
  return sections(foldedLines(folded, columns, style), clusterLines([...failed, ...hosts], columns, style))
}

/** The hosts that belong to no cluster as one part of the table; none if there are none. */
function hostsTogether(outside: ClusterTally[]): ClusterTally[] {
  if (outside.length === 0) return []
  const nodes = outside.map(cluster => ({ name: cluster.name, counts: allCounts(cluster) }))
  return [{ name: 'outside clusters', nodes, own: noCounts(), headlines: new Map() }]
}

/** Clusters with the same outcome, and the sums of their numbers. */
interface Fold {
  title: string
  names: string
  counts: Counts
}

function foldedClusters(clusters: ClusterTally[]): Fold[] {
  return outcomes.flatMap(outcome => {
    const alike = clusters.filter(cluster => outcomeOf(cluster) === outcome)
    if (alike.length === 0) return []
    const title = `${counted(alike.length, 'cluster')} ${outcome}`
    return { title, names: names(alike.map(({ name }) => name)), counts: addUp(alike.map(allCounts)) }
  })
}

function foldedLines(folds: Fold[], columns: Column[], style: Style): string[] {
  const width = widest(folds.map(({ title }) => title))
  return [
    [' '.repeat(width), ...columns.map(({ title }) => style.quiet(title))].join('  '),
    ...folds.flatMap(fold => [
      [style.strong(pad(fold.title, width)), ...columns.map(column => cell(fold.counts, column, style))].join('  '),
      `  ${style.quiet(fold.names)}`,
    ]),
  ]
}

/** What came of a cluster, in the order of the rows. */
const outcomes = ['without results', 'in sync', 'changed', 'not in sync', 'unknown', 'failed'] as const

function outcomeOf(cluster: ClusterTally): (typeof outcomes)[number] {
  const counts = allCounts(cluster)
  if (counts.failed + counts.unreachable > 0) return 'failed'
  if (counts['would-change'] > 0) return 'not in sync'
  if (counts.unknown > 0) return 'unknown'
  if (counts.changed > 0) return 'changed'
  return sum(counts) > 0 ? 'in sync' : 'without results'
}

function allCounts({ nodes, own }: ClusterTally): Counts {
  return addUp([...nodes.map(({ counts }) => counts), own])
}

function clusterLines(shown: ClusterTally[], columns: Column[], style: Style): string[] {
  const clusters = shown.map(cluster => ({ cluster, rows: rowsOf(cluster) }))
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
