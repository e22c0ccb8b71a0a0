import type { TaskStartSignal } from '../engine/events.js'
import type { Row } from './rows.js'
import type { Style } from './style.js'
import { clip, oneLine, pad, widest, widthOf } from './text.js'

/** From here on, a row shows how long its task has taken. */
export const longMs = 2000
const shownReasons = 2
/** A notice, or a task's name, with less room than this is useless. */
const minNoticeWidth = 16
const minTaskWidth = 8
/** The width that is kept for a notice if a task has one: most notices need no more. */
const noticeWidth = 52
const reasonIndent = '    '

export interface FrameOptions {
  style: Style
  columns: number
  lines: number
  now: number
  /** A line about the run as a whole. */
  remark?: string | undefined
}

/** The text of each visible row, and the line below them for the other rows and for the run as a whole. */
export interface Frame {
  texts: Map<Row, string>
  rest: string | undefined
}

export interface Widths {
  name: number
  step: number
}

export function columnWidths(rows: Row[], nesting: boolean): Widths {
  return {
    name: widest(rows.map(row => shownName(row, nesting))),
    // A fixed width: a column that moves with each step is hard to read.
    step: 'constraints 10/10'.length,
  }
}

function shownName({ name, kind }: Row, nesting: boolean): string {
  return nesting && kind === 'node' ? `  ${name}` : name
}

export function rowText(row: Row, widths: Widths, nesting: boolean, { style, columns, now }: FrameOptions): string {
  const { symbols } = style
  const current = row.open.values().next().value
  const name = pad(shownName(row, nesting), widths.name)
  const elapsed = elapsedMs(row, now)
  const busy = current !== undefined || row.notice !== undefined || isAwaited(row)
  const time = busy && elapsed >= longMs ? `  ${Math.floor(elapsed / 1000)} s` : ''
  // Less the mark, three spaces, and a free column at the end: some terminals wrap a line that is exactly full.
  const room = columns - widths.name - 5 - time.length
  const what = oneLine(current ? stepText(current.signal, widths.step) : idleText(row))
  const progress = current ? (current.progress ?? row.notice) : undefined
  // Progress is more useful than the name of the task. The room for the name does not depend on the progress, whose length varies.
  const left = progress === undefined ? room : room - noticeWidth
  const nameless = current && progress !== undefined && widthOf(what) > left && left < widths.step + minTaskWidth
  const text = clip(nameless ? `${stepOf(current.signal)}${symbols.more}` : what, nameless ? room : left, symbols.more)
  const noticeRoom = room - widthOf(text)
  const notice =
    progress !== undefined && noticeRoom >= minNoticeWidth ? clip(`  ${progress}`, noticeRoom, symbols.more) : ''
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

/** Whether no event of the node has come yet. Not so for a cluster, whose own tasks run late. */
function isAwaited({ kind, touched }: Row): boolean {
  return kind !== 'cluster' && !touched
}

function idleText(row: Row): string {
  if (row.notice) return row.notice
  if (isAwaited(row)) return 'waiting'
  return Object.entries(row.counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status.replace('-', ' ')}`)
    .join(', ')
}

export function elapsedMs(row: Row, now: number): number {
  return now - (row.open.values().next().value?.since ?? row.since)
}

/** The lines of a row with its failures. */
export function heightOf(text: string): number {
  return text.split('\n').length
}
