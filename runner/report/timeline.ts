import { clip } from '../ui/text.js'
import type { Markup } from './html.js'
import { durationText } from './parts.js'
import { outagesOf, type OutageSpan, type Round } from './rounds.js'
import { drawing, line, rectangle, strokes, text } from './svg.js'
import { timeAxis, type TimeAxis } from './time-axis.js'

/** The answers of one round, in a lane for each node that served the page and one for failed requests. */

const markHeight = 20
/** Between the marks and the lanes, for the lengths of the outages. */
const captionHeight = 18
const laneHeight = 36
const tickHeight = 24
const axisHeight = 24
/** Pixels between two strokes that can be distinguished. */
const minDistance = 1
/** From here on, a line leads from the request to its answer. */
const lateMs = 250

const isLate = ({ ms, error }: Round['answers'][number]) => error === undefined && ms >= lateMs

/** @param label - the text for screen readers. */
export function timeline(
  round: Omit<Round, 'others'>,
  colours: ReadonlyMap<string, string>,
  label: string,
  width: number,
): Markup {
  const { answers, marks } = round
  // The names of the lanes are on the left, with half the room on a phone.
  const left = width < 500 ? 62 : 104
  const axis = axisOf(round, width - left - 1)
  const along = (at: number) => {
    const x = axis.place(at)
    return x === undefined ? undefined : left + x
  }
  // All rounds of a drill have their lanes in the same order.
  const nodes = [...new Set([...colours.keys(), ...answers.flatMap(({ node }) => node ?? [])])].filter(name =>
    answers.some(({ node }) => node === name),
  )
  // Answers of a page that does not name its node.
  const unnamed = answers.filter(({ node, error }) => node === undefined && error === undefined)
  const lanes = [
    ...nodes.map(node => ({
      title: node,
      kind: `answer ${colours.get(node) ?? ''}`,
      at: answers.filter(answer => answer.node === node),
    })),
    ...(unnamed.length > 0 ? [{ title: 'answered', kind: 'answer', at: unnamed }] : []),
    { title: 'failed', kind: 'answer none', at: answers.filter(({ error }) => error !== undefined) },
  ]
  const placed = spread(
    marks.flatMap(({ at }, index) => {
      const x = along(at)
      return x === undefined ? [] : { x, words: String(index + 1) }
    }),
    width,
  )
  const top = 4 + placed.rows * markHeight + captionHeight
  const bottom = top + lanes.length * laneHeight
  return drawing(width, bottom + axisHeight, label, [
    ...outageBands(outagesOf(round), along, top, bottom, width),
    ...axis.cuts.map(cut => rectangle(left + cut.x, top, cut.width, bottom - top, 'gap', 0)),
    ...placed.marks.map(({ x, row }) =>
      line(
        [
          [x, 4 + (placed.rows - row) * markHeight - 4],
          [x, bottom],
        ],
        'mark',
      ),
    ),
    ...lanes.flatMap(({ title, kind, at }, index) => {
      const y = top + index * laneHeight
      return [
        line(
          [
            [0, y + laneHeight],
            [width, y + laneHeight],
          ],
          'rule',
        ),
        strokes(
          columns(at.flatMap(answer => along(answer.at) ?? [])),
          y + (laneHeight - tickHeight) / 2,
          tickHeight,
          kind,
        ),
        ...at.filter(isLate).flatMap(answer => {
          const [asked, answered] = [along(answer.at), along(answer.at + answer.ms)]
          return asked === undefined || answered === undefined
            ? []
            : [
                line(
                  [
                    [asked, y + laneHeight / 2],
                    [answered, y + laneHeight / 2],
                  ],
                  `${kind} late`,
                ),
              ]
        }),
        text(0, y + 16, clip(title, Math.floor(left / 6.9), '…'), 'lane'),
        text(0, y + 30, String(at.length), 'figure'),
      ]
    }),
    ...placed.marks.flatMap(({ x, row, words }) => {
      const y = 4 + (placed.rows - 1 - row) * markHeight
      return [rectangle(x - 8, y, 16, 16, 'mark-ground', 8), text(x, y + 12, words, 'mark-number', 'middle')]
    }),
    ...axis.ticks.flatMap(({ at, x }) => [
      line(
        [
          [left + x, bottom],
          [left + x, bottom + 4],
        ],
        'axis',
      ),
      text(
        Math.min(left + x, width - 14),
        bottom + 18,
        at === 0 ? '0' : `${Number((at / 1000).toFixed(2))} s`,
        'figure',
        'middle',
      ),
    ]),
    ...axis.cuts.map(cut => text(left + cut.x + cut.width / 2, bottom + 18, '⋯', 'figure', 'middle')),
  ])
}

/** An axis with room for the fault, the marks, failed requests, late answers, and the first answer of another node. */
function axisOf({ answers, marks }: Pick<Round, 'answers' | 'marks'>, width: number): TimeAxis {
  const changes = answers.filter((answer, index) => index > 0 && answer.node !== answers[index - 1]!.node)
  const failed = answers.filter(({ error }) => error !== undefined)
  const cameLate = answers.filter(isLate).map(({ at, ms }) => at + ms)
  const moments = [0, ...[...marks, ...changes, ...failed].map(({ at }) => at), ...cameLate]
  const all = [...moments, ...answers.map(({ at }) => at)]
  return timeAxis([Math.min(...all), Math.max(...all)], moments, width)
}

/** The outages as bands, the longest first: a length that would overlap another is left out. */
function outageBands(
  outages: OutageSpan[],
  along: (at: number) => number | undefined,
  top: number,
  bottom: number,
  width: number,
): Markup[] {
  const taken: [from: number, to: number][] = []
  return outages.flatMap(({ from, to, longest }) => {
    const left = along(from)
    if (left === undefined) return []
    const right = along(to) ?? width
    const words = longest ? `outage ${durationText(to - from)}` : durationText(to - from)
    const half = words.length * 3.6
    const middle = Math.min(Math.max((left + right) / 2, half), width - half)
    const band = rectangle(
      left,
      top - 2,
      Math.max(right - left, 2),
      bottom - top + 2,
      longest ? 'outage' : 'outage short',
      0,
    )
    if (taken.some(([begin, end]) => middle - half < end && middle + half > begin)) return [band]
    taken.push([middle - half, middle + half])
    return [band, text(middle, top - 6, words, 'outage-figure', 'middle')]
  })
}

/** Places that can be distinguished. */
function columns(xs: number[]): number[] {
  return [...new Set(xs.map(x => Math.round(x / minDistance)))].map(column => column * minDistance)
}

/** Puts marks that would overlap into rows, the first one lowest. */
function spread(
  marks: { x: number; words: string }[],
  width: number,
): { rows: number; marks: { x: number; words: string; row: number }[] } {
  const ends: number[] = []
  const placed = marks.map(mark => {
    const x = Math.min(Math.max(mark.x, 8), width - 8)
    const free = ends.findIndex(end => end < x - 9)
    const row = free === -1 ? ends.length : free
    ends[row] = x + 9
    return { ...mark, x, row }
  })
  return { rows: ends.length, marks: placed }
}
