import { sameRole } from '../declaration/roles.js'
import { sameTime } from '../declaration/times.js'
import { isFalse, isTrue } from '../declaration/truth.js'

export { milliseconds, sameTime } from '../declaration/times.js'

/** How Pacemaker reads values that have several notations. */

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

/** Whether two values are the same boolean, and not both digits: `no`, `off` and `0` are `false`. */
function sameTruth(one: string, other: string): boolean {
  if (/^\d$/.test(one) && /^\d$/.test(other)) return false
  return (isTrue(one) && isTrue(other)) || (isFalse(one) && isFalse(other))
}

/** Whether two values of an option of Pacemaker itself (a property, a meta attribute) are the same. */
export function sameOption(one: string, other: string): boolean {
  const isScore = [one, other].some(value => /^[+-]?INFINITY$/.test(value))
  return sameTime(one, other) || sameTruth(one, other) || sameRole(one, other) || (isScore && sameScore(one, other))
}

/** Whether two texts are the same, for values that Pacemaker does not interpret. */
export function sameText(one: string, other: string): boolean {
  return one === other
}
