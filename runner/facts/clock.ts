import { fact, type FrameTimes, type Fact } from './fact.js'

/** By how much a node's clock is ahead of this machine's, in milliseconds: between `least` and `most`. */
export interface ClockOffset {
  least: number
  most: number
}

/**
 * The offset of a node's clock. The node read its clock between the request and the answer, so that the offset is known to
 * within that time.
 */
export const clockOffset: Fact<ClockOffset | undefined> = clockFact('clock')

/** The same, read on its own: it is known better if the first frame had to wait for a login or a busy node. */
export const clockOffsetAgain: Fact<ClockOffset | undefined> = clockFact('clock, once more')

function clockFact(name: string): Fact<ClockOffset | undefined> {
  return {
    family: {
      ...fact(name, 'date +%s.%N', () => undefined).family,
      parse: ({ stdout }, _, times) => [offsetOf(stdout, times!)],
    },
    argument: '',
  }
}

/** @param time - seconds since 1970, as `date +%s.%N` prints them. */
export function offsetOf(time: string, { from, to }: FrameTimes): ClockOffset | undefined {
  const now = Number(time) * 1000
  return time.trim() === '' || Number.isNaN(now) ? undefined : { least: now - to, most: now - from }
}

/**
 * Seconds by which one clock is certainly ahead of another, however long the answers took: negative if it is behind, 0 if
 * that is unknown.
 */
export function secondsAhead(one: ClockOffset, other: ClockOffset): number {
  if (one.least > other.most) return (one.least - other.most) / 1000
  return other.least > one.most ? -(other.least - one.most) / 1000 : 0
}

/** Seconds by which two clocks may differ at most, as far as the answers show. */
export function secondsApartAtMost(one: ClockOffset, other: ClockOffset): number {
  return Math.max(one.most - other.least, other.most - one.least) / 1000
}
