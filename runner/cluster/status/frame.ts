import type { Style } from '../../ui/style.js'
import { clip, sections } from '../../ui/text.js'
import type { StatusEvent } from './events.js'
import { statusLine, statusLines, type StatusShape } from './lines.js'

export interface FrameShape {
  style: Style
  columns: number
  rows: number
}

/**
 * The status of all clusters, fitted to the screen. If there is not enough room, it leaves out first the hints, then
 * the details of healthy clusters, then those of the others except their problems, and finally the last lines.
 */
export function statusFrame(clusters: StatusEvent[], { style, columns, rows }: FrameShape): string[] {
  const [full, brief]: StatusShape[] = [
    { style, columns, hints: true },
    { style, columns, hints: false },
  ]
  const isHealthy = ({ health }: StatusEvent) => health === 'ok'
  const folded = (fold: (status: StatusEvent) => string[]) => [
    ...clusters.filter(status => !isHealthy(status)).flatMap(fold),
    ...clusters.filter(isHealthy).map(status => statusLine(status, brief!)),
  ]
  const pictures: (() => string[])[] = [
    () => sections(...clusters.map(status => statusLines(status, full!))),
    () => sections(...clusters.map(status => statusLines(status, brief!))),
    () => folded(status => statusLines(status, brief!)),
    ...(clusters.length > 1
      ? [() => folded(status => statusLines(status, brief!).slice(0, 1 + status.problems.length))]
      : []),
  ]
  let lines: string[] = []
  for (const picture of pictures) {
    lines = picture()
    if (lines.length <= rows) return lines
  }
  const rest = `${style.symbols.more} ${lines.length - rows + 1} more lines: \`ha-run status\` shows all`
  return [...lines.slice(0, rows - 1), style.careful(clip(rest, columns - 1, style.symbols.more))].slice(0, rows)
}
