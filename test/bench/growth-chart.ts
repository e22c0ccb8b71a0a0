import type { Markup } from '../../runner/report/html.js'
import { dot, line, text } from '../../runner/report/svg.js'

/** How a figure grows with the number of hosts: both axes begin at 0 and are even, so that in proportion is straight. */
export interface Growth {
  title: string
  points: { hosts: number; value: number; label: string }[]
}

const margin = { left: 12, right: 62, top: 30, bottom: 24 }

/** @param x - and `y`: the chart's upper left corner. */
export function growthChart({ title, points }: Growth, x: number, y: number, width: number, height: number): Markup[] {
  const most = Math.max(...points.map(({ hosts }) => hosts))
  const highest = Math.max(...points.map(({ value }) => value))
  const [left, bottom] = [x + margin.left, y + height - margin.bottom]
  const across = (hosts: number) => left + (hosts / most) * (width - margin.left - margin.right)
  const up = (value: number) => bottom - (value / highest) * (height - margin.top - margin.bottom)
  return [
    text(x, y + 13, title, 'title'),
    line(
      [
        [left, y + margin.top],
        [left, bottom],
        [across(most), bottom],
      ],
      'axis',
    ),
    line(
      points.map(({ hosts, value }) => [across(hosts), up(value)] as const),
      'curve',
    ),
    ...points.flatMap(({ hosts, value, label }) => [
      dot(across(hosts), up(value), 'ha-run'),
      text(across(hosts), bottom + 15, String(hosts), 'name', 'middle'),
      // Below the curve; those of the lowest numbers would lie on each other, and stand in the table.
      ...(hosts * 5 > most ? [text(across(hosts) + 8, up(value) + (hosts === most ? 4 : 16), label, 'figure')] : []),
    ]),
  ]
}
