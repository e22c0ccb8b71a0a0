import { columnWidths, heightOf, rowText, type Frame, type FrameOptions } from './row-text.js'
import { rowsOf, type ClusterRows, type Row } from './rows.js'
import { clip, names } from './text.js'

/** Of many clusters, those that failed and those that are worked on have rows, as far as there is room; all others are only counted. */
export function fleetTexts(clusters: ClusterRows[], options: FrameOptions): Frame {
  const widths = columnWidths(clusters.flatMap(rowsOf), true)
  const texts = new Map<Row, string>()
  let left = options.lines - 1
  const show = (cluster: ClusterRows) => {
    const rows = rowsOf(cluster).filter(
      row => row === cluster.own || cluster.state === 'running' || row.reasons.length > 0,
    )
    for (const row of rows) {
      if (texts.has(row)) continue
      const text = rowText(row, widths, true, options)
      left -= heightOf(text)
      if (left < 0) return
      texts.set(row, text)
    }
  }
  const failed = clusters.filter(hasFailed)
  const running = clusters.filter(cluster => cluster.state === 'running' && !hasFailed(cluster))
  // Half of the screen is for those that go on, however many have failed.
  const keptForRunning = Math.min(Math.floor(left / 2), running.flatMap(rowsOf).length)
  left -= keptForRunning
  for (const cluster of failed) if (left > 0) show(cluster)
  left = Math.max(left, 0) + keptForRunning
  for (const cluster of running) if (left > 0) show(cluster)
  return { texts, rest: fleetText(clusters, options) }
}

function hasFailed(cluster: ClusterRows): boolean {
  return rowsOf(cluster).some(({ reasons }) => reasons.length > 0)
}

/** `… 200 clusters: 2 failed (c5, c90), 120 ended, 10 running, 68 waiting` */
function fleetText(clusters: ClusterRows[], { style, columns }: FrameOptions): string {
  const what = clusters.some(({ hosts }) => hosts[0]?.kind === 'outside host') ? 'clusters and hosts' : 'clusters'
  const failed = clusters.filter(hasFailed)
  const counts = (['ended', 'running', 'postponed', 'waiting'] as const).map(
    state => [state, clusters.filter(cluster => cluster.state === state && !hasFailed(cluster)).length] as const,
  )
  const parts = [
    failed.length > 0 && `${failed.length} failed (${names(failed.map(({ own }) => own.name))})`,
    ...counts.map(([state, count]) => count > 0 && `${count} ${state}`),
  ]
  const text = `${style.symbols.more} ${clusters.length} ${what}: ${parts.filter(Boolean).join(', ')}`
  return style.careful(clip(text, columns - 1, style.symbols.more))
}
