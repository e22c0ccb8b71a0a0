/** How Pacemaker reads values that have several notations. */

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
const units: Record<string, number> = {
  '': second,
  s: second,
  sec: second,
  ms: 1,
  msec: 1,
  us: 0.001,
  usec: 0.001,
  m: minute,
  min: minute,
  h: hour,
  hr: hour,
}

/**
 * A time as Pacemaker reads it (crm_parse_interval_spec): in seconds if it has no unit, or an ISO 8601 duration in weeks, days or
 * less. Undefined for anything else.
 */
export function milliseconds(value: string): number | undefined {
  const duration = /^\s*P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\s*$/.exec(value)
  if (duration)
    return [7 * day, day, hour, minute, second].reduce((sum, unit, at) => sum + unit * Number(duration[at + 1] ?? 0), 0)
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

const truths = /^(true|on|yes|y|1)$/i
const falsehoods = /^(false|off|no|n|0)$/i

/** Whether two values are the same boolean, and not both digits: `no`, `off` and `0` are `false`. */
function sameTruth(one: string, other: string): boolean {
  if (/^\d$/.test(one) && /^\d$/.test(other)) return false
  return (truths.test(one) && truths.test(other)) || (falsehoods.test(one) && falsehoods.test(other))
}

/** Whether two values of an option of Pacemaker itself (a property, a meta attribute) are the same. */
export function sameOption(one: string, other: string): boolean {
  const isScore = [one, other].some(value => /^[+-]?INFINITY$/.test(value))
  return sameTime(one, other) || sameTruth(one, other) || (isScore && sameScore(one, other))
}

/** Whether two texts are the same, for values that Pacemaker does not interpret. */
export function sameText(one: string, other: string): boolean {
  return one === other
}
