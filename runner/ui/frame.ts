import stringWidth from 'string-width'
import type { TaskStartSignal } from '../engine/events.js'
import type { Row } from './rows.js'
import type { Style } from './style.js'
import { clip, names, oneLine, pad, widest } from './text.js'

/** Seconds are shown of what takes longer than this. */
export const longMs = 2000
/** From here on a row is worth seeing even where the screen has no room for all. */
const veryLongMs = 10_000
const shownReasons = 2
/** With less room than this a notice says nothing, and neither does a task's name. */
const shortestNotice = 16
const shortestName = 8
/** Room that a notice has before a task's name has: most need no more. */
const noticeShare = 52
const reasonIndent = '    '

export interface FrameOptions {
  style: Style
  columns: number
  lines: number
  now: number
  /** A line about the run as a whole. */
  remark?: string | undefined
}

/** What the screen shows: the text of each visible row, and the line for the others and for the run as a whole. */
export interface Frame {
  texts: Map<Row, string>
  rest: string | undefined
}

/** One picture of the rows that fits the screen. */
export function frameOf(rows: Row[], options: FrameOptions): Frame {
  const clusters = rows.filter(row => row.kind === 'cluster').length
  const nesting = clusters > 1
  // A lone cluster needs a row only for work of its own.
  const worthy = rows.filter(row => row.kind === 'node' || nesting || row.touched)
  const widths = columnWidths(worthy, nesting)
  const texts = new Map(worthy.map(row => [row, rowText(row, widths, nesting, options)]))
  const { remark, lines, columns, style } = options
  const shown = fitting(worthy, texts, remark === undefined ? options : { ...options, lines: lines - 1 })
  const hidden = worthy.filter(row => !shown.has(row))
  for (const row of hidden) texts.delete(row)
  const below = [
    ...hidden.length > 0 ? [restText(hidden, options)] : [],
    ...remark === undefined ? [] : [style.careful(clip(remark, columns - 1, style.symbols.more))],
  ]
  return { texts, rest: below.length > 0 ? below.join('\n') : undefined }
}

interface Widths {
  name: number
  step: number
}

function columnWidths(rows: Row[], nesting: boolean): Widths {
  return {
    name: widest(rows.map(row => shownName(row, nesting))),
    // Not of the present steps: columns that wander are hard to read.
    step: 'constraints 10/10'.length,
  }
}

function shownName({ name, kind }: Row, nesting: boolean): string {
  return nesting && kind === 'node' ? `  ${name}` : name
}

function rowText(row: Row, widths: Widths, nesting: boolean, { style, columns, now }: FrameOptions): string {
  const { symbols } = style
  const current = row.open.values().next().value
  const name = pad(shownName(row, nesting), widths.name)
  const elapsed = elapsedMs(row, now)
  const busy = current !== undefined || row.notice !== undefined || awaited(row)
  const time = busy && elapsed >= longMs ? `  ${Math.floor(elapsed / 1000)} s` : ''
  // The mark and a space before, and one column that stays free: some terminals wrap a line that is exactly full.
  const room = columns - widths.name - 5 - time.length
  const what = oneLine(current ? stepText(current.signal, widths.step) : idleText(row))
  const said = current ? current.at ?? row.notice : undefined
  // What a task is at says more than its name. The name's room is always the same: it would dance with the notice's length.
  const left = said === undefined ? room : room - noticeShare
  const nameless = current && said !== undefined && stringWidth(what) > left && left < widths.step + shortestName
  const text = clip(nameless ? `${stepOf(current.signal)}${symbols.more}` : what, nameless ? room : left, symbols.more)
  const noticeRoom = room - stringWidth(text)
  const notice = said !== undefined && noticeRoom >= shortestNotice ? clip(`  ${said}`, noticeRoom, symbols.more) : ''
  const quiet = !current || !current.signal.applying
  const doing = quiet ? style.quiet(text) : text
  const line = `${markOf(row, style)} ${name}  ${doing}${style.accent(time)}${style.quiet(notice)}`
  const reasons = row.reasons
    .slice(0, shownReasons)
    .map(reason => reasonIndent + style.bad(clip(reason, columns - reasonIndent.length - 1, symbols.more)))
  return [line, ...reasons].join('\n')
}

function markOf(row: Row, { symbols, ...style }: Style): string {
  if (row.reasons.length > 0) return style.bad(symbols.failed)
  if (row.open.size > 0) return style.accent(symbols.running)
  return row.counts.ok + row.counts.changed > 0 ? style.good(symbols.ok) : style.quiet(symbols.waiting)
}

function stepText(signal: TaskStartSignal, width: number): string {
  return `${stepOf(signal).padEnd(width)}  ${signal.task}`
}

function stepOf({ role, index, count }: TaskStartSignal): string {
  return `${role} ${index}/${count}`
}

/** A node from which nothing was heard yet; a cluster's own tasks come late, so its silence means nothing. */
function awaited({ kind, touched }: Row): boolean {
  return kind === 'node' && !touched
}

function idleText(row: Row): string {
  if (row.notice) return row.notice
  if (awaited(row)) return 'waiting'
  return Object.entries(row.counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status.replace('-', ' ')}`)
    .join(', ')
}

function elapsedMs(row: Row, now: number): number {
  return now - (row.open.values().next().value?.since ?? row.since)
}

/**
 * The rows there is room for: failed ones first, then those that take very long, then as they stand in the
 * inventory. Whether a task is running decides nothing: rows that come and go with every task would dance.
 */
function fitting(rows: Row[], texts: Map<Row, string>, { lines, now }: FrameOptions): Set<Row> {
  const height = (row: Row) => texts.get(row)!.split('\n').length
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
