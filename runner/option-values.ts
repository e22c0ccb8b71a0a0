import { InvalidArgumentError } from 'commander'

/** Parsers for the values of options. Each throws commander's InvalidArgumentError for a text that is no such value. */

export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected a number from 1 to 9999.')
  return Number(text)
}

export function parseSeconds(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('expected a number of seconds, from 0 to 9999.')
  return Number(text)
}

/** How long `--wait` without a time waits for a lock: longer than a pair takes from bare machines to a verified cluster. */
export const defaultWaitSeconds = 600

/** @returns the seconds of `90`, `90s`, `10min` or `1h`. */
export function parseWait(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,5})(s|min|m|h)?$/.exec(text) ?? []
  if (number === undefined)
    throw new InvalidArgumentError(
      'expected a time such as 90s or 10min, as in --wait=10min, or none: --wait as the last option.',
    )
  return Number(number) * ({ s: 1, m: 60, min: 60, h: 3600 }[unit] ?? 1)
}

/** @returns the milliseconds of `5s`, `1.5s`, `500ms` or `2min`. */
export function parseDuration(text: string): number {
  const ms = durationMs(text)
  if (ms === undefined) throw new InvalidArgumentError('expected a time such as 5s or 500ms.')
  return ms
}

/** The milliseconds of `5s`, `1.5s`, `500ms` or `2min`; undefined for any other text. */
export function durationMs(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|min)$/.exec(text) ?? []
  return number === undefined ? undefined : Math.round(Number(number) * ({ ms: 1, s: 1000, min: 60_000 }[unit] ?? 1))
}
