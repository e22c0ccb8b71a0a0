import type { Markup } from '../../runner/report/html.js'
import { dot, line, text } from '../../runner/report/svg.js'

/** How a figure grows with the number of hosts or resources: both axes begin at 0 and are even, so that in proportion is straight. */
export interface Growth {
  title: string
  points: { size: number; value: number; label: string }[]
}

const margin = { left: 12, right: 62, top: 30, bottom: 24 }

/** @param x - and `y`: the chart's upper left corner. */
export function growthChart({ title, points }: Growth, x: number, y: number, width: number, height: number): Markup[] {
  const most = Math.max(...points.map(({ size }) => size))
  const highest = Math.max(...points.map(({ value }) => value))
  const [left, bottom] = [x + margin.left, y + height - margin.bottom]
  const across = (size: number) => left + (size / most) * (width - margin.left - margin.right)
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
      points.map(({ size, value }) => [across(size), up(value)] as const),
      'curve',
    ),
    ...points.flatMap(({ size, value, label }) => [
      dot(across(size), up(value), 'ha-run'),
      text(across(size), bottom + 15, String(size), 'name', 'middle'),
      // Below the curve; those of the lowest numbers would lie on each other, and stand in the table.
      ...(size * 5 > most ? [text(across(size) + 8, up(value) + (size === most ? 4 : 16), label, 'figure')] : []),
    ]),
  ]
}
