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
