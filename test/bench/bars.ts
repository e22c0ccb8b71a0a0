import type { Markup } from '../../runner/report/html.js'
import { line, rectangle, text } from '../../runner/report/svg.js'
import { seconds, type Results, type Series, type WorkName } from './results.js'
import { ratio, time } from './table.js'

/** The times of one work as bars, each tool's beside the others', on a scale of the work's own that begins at 0. */

/** How wide a group is: the tools' names, the bars, and the figures behind them. */
export const groupWidth = 450

const nameWidth = 98
const barWidth = 240
const barHeight = 12
const pitch = 19
const titleHeight = 24

export function groupHeight(group: Series[]): number {
  return titleHeight + group.length * pitch + 14
}

/** The tools' series of one work, as they stand in the results: the yardstick first. */
export function groupOf({ series }: Results, work: WorkName, nodes: number): Series[] {
  return series.filter(one => one.work === work && one.nodes === nodes)
}

/** @param x - and `y`: the group's upper left corner. */
export function bars(results: Results, group: Series[], title: string, x: number, y: number): Markup[] {
  const longest = Math.max(...group.map(one => seconds(one).max))
  const rows = group.flatMap((one, at) => {
    const { median, min, max } = seconds(one)
    const top = y + titleHeight + at * pitch
    const middle = top + barHeight / 2
    const along = (value: number) => x + nameWidth + (value / longest) * barWidth
    return [
      text(x + nameWidth - 8, top + 10, one.tool, 'name', 'end'),
      rectangle(along(0), top, along(median) - along(0), barHeight, one.tool.toLowerCase()),
      line(
        [
          [along(min), middle],
          [along(max), middle],
        ],
        'whisker',
      ),
      ...[min, max].map(end =>
        line(
          [
            [along(end), middle - 3],
            [along(end), middle + 3],
          ],
          'whisker',
        ),
      ),
      text(along(max) + 8, top + 10, [`${time(median)} s`, ratio(results, one)].filter(Boolean).join(' · '), 'figure'),
    ]
  })
  return [text(x, y + 13, title, 'title'), ...rows]
}
