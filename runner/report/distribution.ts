import { figuresOf, type Figures } from '../ui/figures.js'
import { clip, grouped } from '../ui/text.js'
import type { Markup } from './html.js'
import { durationText } from './parts.js'
import type { Round } from './rounds.js'
import { cross, dot, drawing, line, text } from './svg.js'
import { niceStep } from './time-axis.js'

/** The outages of all rounds, with a strip for each fault: a dot for each outage, a line from the shortest to the longest, and the median. */

const stripHeight = 52
const axisHeight = 26
const margin = 10

/** `median 2143 ms, from 1998 ms to 2280 ms` */
export function figuresText({ min, median, max }: Figures): string {
  return min === max
    ? durationText(median)
    : `median ${durationText(median)}, from ${durationText(min)} to ${durationText(max)}`
}

/** @param label - the text for screen readers. */
export function distribution(rounds: readonly Round[], label: string, width: number): Markup {
  const results = rounds.map(({ result }) => result)
  const faults = grouped(results, ({ fault }) => fault)
  const longest = Math.max(...results.map(({ outage_ms }) => outage_ms), 1)
  const step = niceStep(longest / Math.max(2, Math.floor(width / 90)))
  const end = Math.ceil(longest / step) * step
  const place = (ms: number) => margin + (ms / end) * (width - 2 * margin)
  const bottom = faults.length * stripHeight
  return drawing(width, bottom + axisHeight, label, [
    ...Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step).flatMap(ms => [
      line(
        [
          [place(ms), 4],
          [place(ms), bottom + 4],
        ],
        'grid',
      ),
      text(
        ms === end ? width : place(ms),
        bottom + 20,
        ms === 0 ? '0' : durationText(ms),
        'figure',
        ms === end ? 'end' : 'middle',
      ),
    ]),
    ...faults.flatMap((sameFault, index) => strip(sameFault, index * stripHeight, place, width)),
  ])
}

function strip(results: Round['result'][], top: number, place: (ms: number) => number, width: number): Markup[] {
  const { min, median, max } = figuresOf(results.map(({ outage_ms }) => outage_ms))
  const middle = top + 36
  const places = results.map(({ outage_ms }) => place(outage_ms))
  return [
    text(0, top + 16, `${clip(results[0]!.fault, 18, '…')} × ${results.length}`, 'strip'),
    text(
      width,
      top + 16,
      min === max ? durationText(median) : `${durationText(median)} (${durationText(min)} – ${durationText(max)})`,
      'strip',
      'end',
    ),
    line(
      [
        [place(min), middle],
        [place(max), middle],
      ],
      'range',
    ),
    line(
      [
        [place(median), middle - 10],
        [place(median), middle + 10],
      ],
      'median',
    ),
    ...results.map(({ status }, index) => {
      const x = places[index]!
      // Nearly equal outages stand above each other, not on each other.
      const near = places.slice(0, index).filter(other => Math.abs(other - x) < 7).length
      const y = middle + [0, -6, 6][near % 3]!
      return status === 'failed' ? cross(x, y, 4, 'cut') : dot(x, y, 'round', 4)
    }),
  ]
}
