import { fleetTexts } from './fleet-frame.js'
import { columnWidths, elapsedMs, heightOf, rowText, type Frame, type FrameOptions } from './row-text.js'
import { rowsOf, type ClusterRows, type Row } from './rows.js'
import { manyClusters } from './tally.js'
import { clip, names } from './text.js'

/** From here on, a row has priority if the screen has no room for all. */
const veryLongMs = 10_000

/** Fits the rows into the screen. */
export function frameOf(clusters: ClusterRows[], options: FrameOptions): Frame {
  const { remark, columns, style } = options
  const lines = remark === undefined ? options.lines : options.lines - 1
  const below = remark === undefined ? [] : [style.careful(clip(remark, columns - 1, style.symbols.more))]
  const { texts, rest } =
    clusters.length > manyClusters
      ? fleetTexts(clusters, { ...options, lines })
      : rowTexts(clusters, { ...options, lines })
  if (rest !== undefined) below.unshift(rest)
  return { texts, rest: below.length > 0 ? below.join('\n') : undefined }
}

/** Every node has its row, as far as there is room. */
function rowTexts(clusters: ClusterRows[], options: FrameOptions): Frame {
  const nesting = clusters.length > 1
  // A single cluster has a row only once it has tasks of its own.
  const candidates = clusters.flatMap(rowsOf).filter(row => row.kind !== 'cluster' || nesting || row.touched)
  const widths = columnWidths(candidates, nesting)
  const texts = new Map(candidates.map(row => [row, rowText(row, widths, nesting, options)]))
  const shown = fitting(candidates, texts, options)
  const hidden = candidates.filter(row => !shown.has(row))
  for (const row of hidden) texts.delete(row)
  return { texts, rest: hidden.length > 0 ? restText(hidden, options) : undefined }
}

/**
 * The rows that the screen has room for: failed ones first, then those that take very long, then in the order of the inventory. A row
 * has no priority because a task runs: it would appear and vanish with each task.
 */
function fitting(rows: Row[], texts: Map<Row, string>, { lines, now }: FrameOptions): Set<Row> {
  const height = (row: Row) => heightOf(texts.get(row)!)
  if (rows.reduce((sum, row) => sum + height(row), 0) <= lines) return new Set(rows)
  const rank = (row: Row) => {
    if (row.reasons.length > 0) return 0
    return row.open.size > 0 && elapsedMs(row, now) > veryLongMs ? 1 : 2
  }
  let left = lines - 1
  const shown = new Set<Row>()
  for (const row of rows.toSorted((a, b) => rank(a) - rank(b))) {
    if (height(row) > left) break
    left -= height(row)
    shown.add(row)
  }
  return shown
}

function restText(hidden: Row[], { style, columns }: FrameOptions): string {
  const failed = hidden.filter(row => row.reasons.length > 0)
  const running = hidden.filter(row => row.open.size > 0 && row.reasons.length === 0)
  const waiting = hidden.length - failed.length - running.length
  const parts = [
    failed.length > 0 && `${failed.length} failed (${names(failed.map(row => row.name))})`,
    running.length > 0 && `${running.length} running`,
    waiting > 0 && `${waiting} waiting`,
  ]
  const text = `${style.symbols.more} ${hidden.length} more: ${parts.filter(Boolean).join(', ')}`
  return style.careful(clip(text, columns - 1, style.symbols.more))
}
