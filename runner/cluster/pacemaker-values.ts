/** How Pacemaker reads values that can be written in more than one way. */

const [second, minute, hour] = [1000, 60_000, 3_600_000]
const units: Record<string, number> =
  { '': second, s: second, sec: second, ms: 1, msec: 1, m: minute, min: minute, h: hour, hr: hour }

/** A time as Pacemaker counts it, seconds where there is no unit; undefined for what is no plain time. */
export function milliseconds(value: string): number | undefined {
  const [, number, unit = ''] = /^\s*(\d+)\s*([a-z]*)\s*$/.exec(value) ?? []
  const factor = units[unit]
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}

/** Whether two times are the same: `60`, `60s` and `1min` are. */
export function sameTime(one: string, other: string): boolean {
  return one === other || (milliseconds(one) !== undefined && milliseconds(one) === milliseconds(other))
}

/** Whether two scores are the same: everything from a million on is INFINITY. */
export function sameScore(one: string, other: string): boolean {
  return one === other || score(one) === score(other)
}

function score(value: string): number | string {
  const [, sign, number] = /^([+-]?)(INFINITY|\d+)$/.exec(value) ?? []
  if (number === undefined) return value
  const size = number === 'INFINITY' ? 1_000_000 : Math.min(1_000_000, Number(number))
  return sign === '-' ? 0 - size : size
}

/** Whether two texts are the same, for values that Pacemaker does not interpret. */
export function sameText(one: string, other: string): boolean {
  return one === other
}
