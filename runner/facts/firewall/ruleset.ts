import { isIPv4 } from 'node:net'
import { parseCidr } from '../../ipv4.js'

/** The rules of a node's packet filters, whatever tool has listed them: chains of rules, each with its conditions and its verdict. */

/** IPv4 packets between the node and another machine, as the node's rules see them. */
export interface Flow {
  direction: 'in' | 'out'
  protocol: 'udp' | 'tcp'
  from: string
  to: string
  /** The destination port. */
  port: number
  /** If the sender always uses the same. */
  sourcePort?: number
  /** The node's interface; left out if it is not known. */
  interface?: string
  /** How connection tracking sees the packets: `established` if they answer packets that have passed. */
  state: 'new' | 'established'
}

/** Whether a flow fulfils a condition; undefined if that is not known, because the condition is not understood. */
export type Condition = (flow: Flow) => boolean | undefined

export type RuleVerdict =
  | { kind: 'accept' | 'drop' | 'return' }
  | { kind: 'jump' | 'goto'; chain: string }
  /** Something else that decides about the packet, or changes it. */
  | { kind: 'unknown' }

export interface Rule {
  /** As the tool prints it. */
  text: string
  conditions: Condition[]
  /** Left out if the rule only counts or logs. */
  verdict?: RuleVerdict
}

export interface Chain {
  /** Family and name: `inet filter`. */
  table: string
  name: string
  rules: Rule[]
  /** If the kernel itself calls the chain; for `devices` only, if they are given. */
  base?: { hook: string; policy: 'accept' | 'drop'; devices?: string[] }
}

export const hooks = { in: ['ingress', 'prerouting', 'input'], out: ['output', 'postrouting'] } as const

/** A test of an address: `192.168.0.0/24`, `192.168.0.1`. Undefined if the text is not understood. */
export function addressTest(text: string): ((address: string) => boolean) | undefined {
  const parsed = parseCidr(text)
  if (!parsed) return undefined
  const { address, prefix = 32 } = parsed
  return candidate => prefix === 0 || sameNetwork(candidate, address, prefix)
}

/** A test of an address: from the first one to the last one. */
export function addressRangeTest(first: string, last: string): ((address: string) => boolean) | undefined {
  if (!isIPv4(first) || !isIPv4(last)) return undefined
  return candidate => numberOf(first) <= numberOf(candidate) && numberOf(candidate) <= numberOf(last)
}

function sameNetwork(one: string, other: string, prefix: number): boolean {
  const size = 2 ** (32 - prefix)
  return Math.floor(numberOf(one) / size) === Math.floor(numberOf(other) / size)
}

const numberOf = (address: string) => address.split('.').reduce((number, part) => number * 256 + Number(part), 0)

/** Whether an interface fits a pattern that ends with the tool's wildcard, if it has one. Undefined if the interface is not known. */
export function interfaceTest(pattern: string, wildcard: '*' | '+'): (name: string | undefined) => boolean | undefined {
  return name => {
    if (pattern === wildcard) return true
    if (name === undefined) return pattern === 'lo' ? false : undefined
    return pattern.endsWith(wildcard) ? name.startsWith(pattern.slice(0, -1)) : name === pattern
  }
}

/** Negates what is known. */
export function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value
}

/** True if one is true; unknown if none is and one is unknown. */
export function anyOf(values: (boolean | undefined)[]): boolean | undefined {
  if (values.includes(true)) return true
  return values.includes(undefined) ? undefined : false
}
