import { familyOf, hexOfIPv6, isInNetwork, type IpFamily } from '../../ip-address.js'

/** The rules of a node's packet filters, whatever tool has listed them: chains of rules, each with its conditions and its verdict. */

/** Packets between the node and another machine, as the node's rules see them. */
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

/** The family of a flow's packets. */
export const flowFamily = ({ from }: Pick<Flow, 'from'>): IpFamily => familyOf(from) ?? 4

/** A test of an address: `192.168.0.0/24`, `fd00:1::1`. Undefined if the text is not understood. */
export function addressTest(text: string): ((address: string) => boolean) | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = familyOf(address)
  const bits = family === 6 ? 128 : 32
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
  if (family === undefined || rest.length > 0 || !isPrefix) return undefined
  return candidate => isInNetwork(candidate, address, Number(prefix ?? bits))
}

/** A test of an address: from the first one to the last one. */
export function addressRangeTest(first: string, last: string): ((address: string) => boolean) | undefined {
  const family = familyOf(first)
  if (family === undefined || familyOf(last) !== family) return undefined
  return candidate =>
    familyOf(candidate) === family && sortable(first) <= sortable(candidate) && sortable(candidate) <= sortable(last)
}

/** Texts of one length, in the order of the addresses of a family. */
const sortable = (address: string) =>
  familyOf(address) === 6
    ? hexOfIPv6(address)
    : address
        .split('.')
        .map(part => part.padStart(3, '0'))
        .join('.')

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
