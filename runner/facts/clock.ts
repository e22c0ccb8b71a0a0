import { fact, type FrameTimes, type Fact } from './fact.js'

/** By how much a node's clock is ahead of this machine's, in milliseconds: somewhere from `least` to `most`. */
export interface ClockOffset {
  least: number
  most: number
}

/**
 * What time it is on a node. It told it somewhere between the question and the answer, so that the offset is known to
 * within the time that the frame took.
 */
export const clockOffset: Fact<ClockOffset | undefined> = {
  family: {
    ...fact('clock', 'date +%s.%N', () => undefined).family,
    parse: ({ stdout }, _, asked) => [offsetOf(stdout, asked!)],
  },
  argument: '',
}

/** @param told - seconds since 1970, as `date +%s.%N` prints them. */
export function offsetOf(told: string, { from, to }: FrameTimes): ClockOffset | undefined {
  const now = Number(told) * 1000
  return told.trim() === '' || Number.isNaN(now) ? undefined : { least: now - to, most: now - from }
}

/**
 * Seconds by which one clock is certainly ahead of another, however long the answers took: negative where it is behind,
 * 0 where nobody can tell.
 */
export function secondsAhead(one: ClockOffset, other: ClockOffset): number {
  if (one.least > other.most) return (one.least - other.most) / 1000
  return other.least > one.most ? -(other.least - one.most) / 1000 : 0
}
