/**
 * A time axis without the long stretches in which nothing happens: these are cut out, and the scale of the rest is even. Times are in ms,
 * places in pixels.
 */
export interface TimeAxis {
  /** The place of a time; undefined if it is cut out. */
  place: (at: number) => number | undefined
  /** Round times, and their places. */
  ticks: { at: number; x: number }[]
  /** The places and lengths of the cuts. */
  cuts: { x: number; width: number; ms: number }[]
}

/** A part of the time that is not cut out. */
export type Moment = number

const cutWidth = 34
const tickDistance = 58

interface Stretch {
  from: number
  to: number
  x: number
  width: number
}

/**
 * @param span - the first and the last time.
 * @param moments - times that must not be cut out, nor the time around them.
 */
export function timeAxis(
  span: readonly [from: number, to: number],
  moments: readonly Moment[],
  width: number,
): TimeAxis {
  const pieces = piecesOf(span, moments)
  const scale = (width - (pieces.length - 1) * cutWidth) / pieces.reduce((sum, [from, to]) => sum + to - from, 0)
  const stretches: Stretch[] = []
  let x = 0
  for (const [from, to] of pieces) {
    stretches.push({ from, to, x, width: (to - from) * scale })
    x += (to - from) * scale + cutWidth
  }
  const place = (at: number) => {
    const stretch = stretches.find(({ from, to }) => at >= from && at <= to)
    return stretch && stretch.x + (at - stretch.from) * scale
  }
  return {
    place,
    ticks: ticksOf(stretches, niceStep(tickDistance / scale)).flatMap(at => ({ at, x: place(at)! })),
    cuts: stretches.slice(1).map((after, index) => {
      const before = stretches[index]!
      return { x: before.x + before.width, width: cutWidth, ms: after.from - before.to }
    }),
  }
}

/** The stretches of time that are not cut out, in order; none is empty. */
function piecesOf([first, last]: readonly [number, number], moments: readonly Moment[]): [number, number][] {
  const inside = moments.filter(at => at >= first && at <= last).toSorted((one, other) => one - other)
  const end = Math.max(last, first + 1)
  if (inside.length === 0) return [[first, end]]
  const [earliest, latest] = [inside[0]!, inside.at(-1)!]
  const room = Math.max(300, (latest - earliest) * 0.04)
  const pieces: [number, number][] = []
  for (const at of inside) {
    const piece = pieces.at(-1)
    // A short cut would not save enough room.
    if (piece && at - room - piece[1] < 8 * room) piece[1] = at + room
    else pieces.push([at - room, at + room])
  }
  pieces[0]![0] = Math.max(first, pieces[0]![0])
  pieces.at(-1)![1] = Math.min(end, pieces.at(-1)![1])
  return pieces
}

/** The smallest number of at least `least` that is 1, 2 or 5 times a power of ten. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5, 10].find(digit => digit * power >= least) ?? 10) * power
}

function ticksOf(stretches: Stretch[], step: number): number[] {
  return stretches.flatMap(({ from, to }) => {
    const first = Math.ceil(from / step)
    return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, index) => (first + index) * step)
  })
}
