import { isMapping } from '../../inventory/check.js'
import {
  addressRangeTest,
  addressTest,
  anyOf,
  flowFamily,
  interfaceTest,
  negated,
  type Condition,
  type Flow,
} from './ruleset.js'

/** Conditions of nft's rules, as its JSON has them (libnftables-json(5)). */

type FindSet = (name: string) => Record<string, unknown> | undefined

/** Whether one value of a match fits a flow: a number, an address, a range, a prefix. Undefined if the value is not understood. */
type ValueTest = (value: unknown, flow: Flow) => boolean | undefined

export function nftCondition(match: unknown, findSet: FindSet): Condition {
  if (!isMapping(match)) return () => undefined
  const { op, left, right } = match
  const test = fieldTest(left)
  if (typeof test === 'boolean') return () => test
  if (!test || !['==', '!=', 'in', undefined].includes(op as string | undefined)) return otherwise(left)
  const values = valuesOf(right, findSet)
  if (!values) return otherwise(left)
  return flow => {
    if (!isAbout(left, flow)) return false
    const isIn = anyOf(values.map(value => test(value, flow)))
    return op === '!=' ? negated(isIn) : isIn
  }
}

/** A condition that is not understood; but one on another protocol's header does not apply. */
const otherwise =
  (left: unknown): Condition =>
  flow =>
    isAbout(left, flow) ? undefined : false

/** False for a field of another protocol's header. */
function isAbout(left: unknown, flow: Flow): boolean {
  const protocol = payloadOf(left)?.protocol
  if (protocol === 'ip' || protocol === 'ip6') return protocol === (flowFamily(flow) === 6 ? 'ip6' : 'ip')
  return protocol === undefined || ![...otherProtocols, 'tcp', 'udp'].includes(protocol) || protocol === flow.protocol
}

const otherProtocols = ['icmp', 'icmpv6', 'sctp', 'dccp', 'udplite', 'arp', 'esp', 'ah', 'comp']

function payloadOf(left: unknown): { protocol: string; field: string } | undefined {
  const payload = isMapping(left) ? left['payload'] : undefined
  if (!isMapping(payload)) return undefined
  return { protocol: String(payload['protocol']), field: String(payload['field']) }
}

/** How the values of a field are compared; undefined for a field that is not understood. */
function fieldTest(left: unknown): ValueTest | boolean | undefined {
  const payload = payloadOf(left)
  if (payload) return payloadTest(payload)
  if (!isMapping(left)) return undefined
  const { meta, ct, fib } = left
  if (isMapping(meta)) return metaTest(String(meta['key']))
  if (isMapping(ct) && ct['key'] === 'state') return (value, { state }) => value === state
  if (isMapping(fib) && fib['result'] === 'type') return fibTest(fib['flags'])
  return undefined
}

function payloadTest({ protocol, field }: { protocol: string; field: string }): ValueTest | boolean | undefined {
  if (otherProtocols.includes(protocol)) return false
  if (protocol === 'ip' || protocol === 'ip6') {
    if (field === 'saddr') return (value, { from }) => isAddress(value, from)
    if (field === 'daddr') return (value, { to }) => isAddress(value, to)
    return ['protocol', 'nexthdr'].includes(field) ? isProtocol : undefined
  }
  if (!['tcp', 'udp', 'th'].includes(protocol)) return undefined
  if (field === 'dport') return (value, { port }) => isNumber(value, port)
  if (field === 'sport')
    return (value, { sourcePort }) => (sourcePort === undefined ? undefined : isNumber(value, sourcePort))
  return undefined
}

function metaTest(key: string): ValueTest | undefined {
  switch (key) {
    case 'iif':
    case 'iifname':
      return (value, { direction, interface: name }) =>
        direction === 'in' && typeof value === 'string' ? interfaceTest(value, '*')(name) : undefined
    case 'oif':
    case 'oifname':
      return (value, { direction, interface: name }) =>
        direction === 'out' && typeof value === 'string' ? interfaceTest(value, '*')(name) : undefined
    case 'l4proto':
      return isProtocol
    case 'nfproto':
      return (value, flow) => value === `ipv${flowFamily(flow)}`
    case 'pkttype':
      // The flows have one receiver.
      return value => ['host', 'unicast'].includes(String(value))
    case 'protocol':
      return (value, flow) => value === (flowFamily(flow) === 6 ? 'ip6' : 'ip')
    default:
      return undefined
  }
}

/** The type of an address that is the node's own, or another machine's. */
function fibTest(flags: unknown): ValueTest | undefined {
  const list: unknown[] = Array.isArray(flags) ? flags : [flags]
  if (list.length !== 1) return undefined
  return (value, { direction }) => {
    const isOwn = (list[0] === 'daddr') === (direction === 'in')
    if (!['local', 'unicast', 'broadcast', 'multicast'].includes(String(value))) return undefined
    return value === (isOwn ? 'local' : 'unicast')
  }
}

const protocolNumbers = { tcp: 6, udp: 17 }

const isProtocol: ValueTest = (value, { protocol }) =>
  typeof value === 'string' || typeof value === 'number'
    ? value === protocol || value === protocolNumbers[protocol]
    : undefined

function isNumber(value: unknown, number: number): boolean | undefined {
  if (typeof value === 'number') return value === number
  const range = isMapping(value) ? value['range'] : undefined
  if (!Array.isArray(range)) return undefined
  const [first, last] = range as unknown[]
  return typeof first === 'number' && typeof last === 'number' ? first <= number && number <= last : undefined
}

function isAddress(value: unknown, address: string): boolean | undefined {
  if (typeof value === 'string') return addressTest(value)?.(address)
  if (!isMapping(value)) return undefined
  const { prefix, range } = value
  if (isMapping(prefix)) return addressTest(`${String(prefix['addr'])}/${String(prefix['len'])}`)?.(address)
  if (!Array.isArray(range)) return undefined
  const [first, last] = range as unknown[]
  return addressRangeTest(String(first), String(last))?.(address)
}

/** The values of a match's right side: one, a set, or a named set. Undefined for a set that packets or time change. */
function valuesOf(right: unknown, findSet: FindSet): unknown[] | undefined {
  if (typeof right === 'string' && right.startsWith('@')) {
    const set = findSet(right)
    if (!set || typeof set['type'] !== 'string') return undefined
    const flags: unknown[] = Array.isArray(set['flags']) ? set['flags'] : [set['flags']]
    if (flags.includes('timeout') || flags.includes('dynamic')) return undefined
    return Array.isArray(set['elem']) ? plain(set['elem']) : []
  }
  if (Array.isArray(right)) return plain(right)
  const set: unknown = isMapping(right) ? right['set'] : undefined
  return Array.isArray(set) ? plain(set) : plain([right])
}

/** An element with a comment or a counter has its value inside. */
function plain(elements: unknown[]): unknown[] {
  return elements.map(element => {
    const inner: unknown = isMapping(element) ? element['elem'] : undefined
    return isMapping(inner) ? inner['val'] : element
  })
}
