import type { IpFamily } from '../../ip-address.js'
import {
  addressTest,
  anyOf,
  interfaceTest,
  negated,
  type Chain,
  type Condition,
  type Flow,
  type Rule,
  type RuleVerdict,
} from './ruleset.js'

/** Parses the output of `iptables-save`, or of `ip6tables-save` for IPv6. A table of nft that iptables cannot print is left out by iptables itself, with a comment. */
export function parseIptables(text: string, family: IpFamily = 4): Chain[] {
  const chains: Chain[] = []
  let table = ''
  for (const line of text.split('\n')) {
    const [, name] = /^\*(\S+)$/.exec(line) ?? []
    if (name !== undefined) table = `${family === 6 ? 'ip6' : 'ip'} ${name}`
    const [, chain = '', policy] = /^:(\S+) (\S+)/.exec(line) ?? []
    if (policy !== undefined) {
      chains.push({
        table,
        name: chain,
        rules: [],
        ...(policy !== '-' && { base: { hook: chain.toLowerCase(), policy: policy === 'DROP' ? 'drop' : 'accept' } }),
      })
    }
    const [, owner] = /^(?:\[\d+:\d+\] )?-A (\S+)/.exec(line) ?? []
    chains
      .find(({ table: at, name }) => at === table && name === owner)
      ?.rules.push(ruleOf(line.replace(/^\[\d+:\d+\] /, '')))
  }
  return chains
}

/** Targets that let the packet go on to the next rule. */
const passive = new Set(['LOG', 'NFLOG', 'ULOG', 'MARK', 'CONNMARK', 'TRACE', 'AUDIT', 'SECMARK', 'CHECKSUM'])

/** The rest of the line after a jump belongs to the target. */
function ruleOf(line: string): Rule {
  const words = wordsOf(line).slice(2)
  const conditions: Condition[] = []
  let isNegated = false
  while (words.length > 0) {
    const option = words.shift()!
    if (option === '!') {
      isNegated = true
      continue
    }
    const verdict = verdictOf(option, words[0] ?? '')
    if (verdict) return { text: line, conditions, ...(verdict !== 'passive' && { verdict }) }
    if (option === '-m') words.shift()
    else {
      const values: string[] = []
      while (words.length > 0 && !words[0]!.startsWith('-') && words[0] !== '!') values.push(words.shift()!)
      const condition = option === '--comment' ? () => true : conditionOf(option, values)
      const negate = isNegated
      conditions.push(flow => (negate ? negated(condition(flow)) : condition(flow)))
      isNegated = false
    }
  }
  return { text: line, conditions }
}

function verdictOf(option: string, target: string): RuleVerdict | 'passive' | undefined {
  if (option === '-g') return { kind: 'goto', chain: target }
  if (option !== '-j') return undefined
  if (target === 'ACCEPT') return { kind: 'accept' }
  if (target === 'DROP' || target === 'REJECT') return { kind: 'drop' }
  if (target === 'RETURN') return { kind: 'return' }
  if (passive.has(target)) return 'passive'
  // Targets of extensions are in capital letters, and people may name a chain so too: then it is looked up, and found or not.
  return { kind: 'jump', chain: target }
}

/** Words as a shell would read them: `iptables-save` quotes with double quotes and backslashes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

function conditionOf(option: string, values: string[]): Condition {
  const [value = ''] = values
  if (values.length !== 1) return () => undefined
  switch (option) {
    case '-i':
      return ({ direction, interface: name }) => direction === 'in' && interfaceTest(value, '+')(name)
    case '-o':
      return ({ direction, interface: name }) => direction === 'out' && interfaceTest(value, '+')(name)
    case '-s':
      return flow => addressTest(value)?.(flow.from)
    case '-d':
      return flow => addressTest(value)?.(flow.to)
    case '-p':
      return ({ protocol }) => value === 'all' || value === protocol
    case '--dport':
    case '--dports':
      return ({ port }) => anyOf(value.split(',').map(range => inRange(range, port)))
    case '--sport':
    case '--sports':
      return ({ sourcePort }) =>
        sourcePort === undefined ? undefined : anyOf(value.split(',').map(range => inRange(range, sourcePort)))
    case '--ctstate':
    case '--state':
      return ({ state }) => value.split(',').includes(state.toUpperCase())
    case '--dst-type':
      return flow => addressType(value, flow, flow.direction === 'in')
    case '--src-type':
      return flow => addressType(value, flow, flow.direction === 'out')
    case '--icmp-type':
    case '--icmpv6-type':
    // Packets with a routing header, which no cluster sends.
    case '--rt-type':
      return () => false
    default:
      return () => undefined
  }
}

/** The type of an address that is the node's own, or another machine's. */
function addressType(type: string, _: Flow, isOwn: boolean): boolean | undefined {
  if (['LOCAL', 'UNICAST', 'MULTICAST', 'BROADCAST'].includes(type)) return type === (isOwn ? 'LOCAL' : 'UNICAST')
  return undefined
}

function inRange(range: string, port: number): boolean | undefined {
  const [, first, last = first] = /^(\d+)(?::(\d+))?$/.exec(range) ?? []
  return first === undefined ? undefined : Number(first) <= port && port <= Number(last)
}
