/**
 * A range in a host name, as in Ansible: `[1:3]`, `[01:10]` (keeps the zeros), `[a:f]`, `[0:10:2]`.
 */
const range = /\[(?<first>[^[\]:]*):(?<last>[^[\]:]*)(?::(?<step>[^[\]]*))?\]/

/**
 * The host names of a pattern such as `node[1:3]` or `rack[a:b]-node[01:12]`; a plain name is its own pattern.
 *
 * Throws a RangeError if the range is not valid.
 */
export function expandHostRange(pattern: string): string[] {
  const match = range.exec(pattern)
  if (!match?.groups) {
    if (/[[\]]/.test(pattern)) throw new RangeError(`expected a host range such as node[1:3], got "${pattern}"`)
    return [pattern]
  }
  const { first = '', last = '', step = '1' } = match.groups
  const before = pattern.slice(0, match.index)
  const after = pattern.slice(match.index + match[0].length)
  return values(first || '0', last, step, match[0]).flatMap(value =>
    expandHostRange(after).map(rest => before + value + rest),
  )
}

/** In Python's order, which Ansible uses. */
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

function values(first: string, last: string, step: string, rangeText: string): string[] {
  if (!/^[1-9]\d*$/.test(step)) {
    throw new RangeError(`expected a step of 1 or more in the host range ${rangeText}, got "${step}"`)
  }
  if (/^\d+$/.test(first) && /^\d+$/.test(last)) {
    // A leading zero means one width for all, as in seq -w.
    const padded = first.length > 1 && first.startsWith('0')
    if (padded && first.length !== last.length) {
      throw new RangeError(`expected both ends of the host range ${rangeText} to have as many digits`)
    }
    return count(Number(first), Number(last), Number(step), rangeText).map(number =>
      String(number).padStart(padded ? first.length : 0, '0'),
    )
  }
  if (/^[a-z]$/i.test(first) && /^[a-z]$/i.test(last)) {
    return count(letters.indexOf(first), letters.indexOf(last), Number(step), rangeText).map(index => letters[index]!)
  }
  throw new RangeError(`expected two numbers or two letters in the host range ${rangeText}`)
}

/** More hosts than this in one range are a typing error, and would only fill the memory. */
const maxHosts = 10_000

function count(first: number, last: number, step: number, rangeText: string): number[] {
  if (first > last) throw new RangeError(`expected the host range ${rangeText} to go upwards`)
  const length = Math.floor((last - first) / step) + 1
  if (length > maxHosts) {
    throw new RangeError(`expected at most ${maxHosts} hosts from the host range ${rangeText}, got ${length}`)
  }
  return Array.from({ length }, (_, index) => first + index * step)
}
