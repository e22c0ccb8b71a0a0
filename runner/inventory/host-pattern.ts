import { isIPv6 } from 'node:net'
import { expandHostRange } from './host-range.js'

/** A host as an inventory names it, with the port that may stand beside its name. */
export interface NamedHost {
  name: string
  port?: number
}

/**
 * The hosts of a pattern, as Ansible reads it: `node1`, `node[1:3]`, `node1:2222`, `2001:db8::1`, and `[2001:db8::1]:2222`.
 *
 * Throws a RangeError if a range is not valid.
 */
export function hostsOf(pattern: string): NamedHost[] {
  const [, inBrackets, bracketedPort] = /^\[([^[\]]+)\]:(\d+)$/.exec(pattern) ?? []
  if (inBrackets !== undefined && isAddressOrName(inBrackets)) {
    return [{ name: inBrackets, port: Number(bracketedPort) }]
  }
  const [, names = pattern, port] = /^((?:[^:[\]]|\[[^\]]*\])*):(\d+)$/.exec(pattern) ?? []
  return expandHostRange(names).map(name => (port === undefined ? { name } : { name, port: Number(port) }))
}

/** False for a range such as `a:f`. */
function isAddressOrName(text: string): boolean {
  return !text.includes(':') || isIPv6(text)
}
