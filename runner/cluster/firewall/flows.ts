import type { Cmap } from '../corosync/cmap.js'
import { familyOf } from '../../ip-address.js'
import { servesPage, type Cluster, type Node } from '../declaration/declaration.js'
import { judge, type DecidingRule } from '../../facts/firewall/judge.js'
import type { Firewall } from '../../facts/firewall/read.js'
import type { Chain, Flow } from '../../facts/firewall/ruleset.js'

/** What must pass a node's packet filter: Corosync's packets on each link, from and to each other node, and requests for the page. */

export interface NeededFlow extends Omit<Flow, 'state' | 'interface'> {
  /** `UDP 5405 from node2` */
  label: string
  /** The other node's address; left out if everybody may send. */
  peer?: string
  /** An address of the node's interface that the packets use. */
  own: string
}

/**
 * How a needed flow fares. `answers`: its packets pass only because they count as answers to the node's own packets, which have the
 * same ports: Corosync's packets pass a filter that tracks connections on both nodes in this way (docs/facts.md, Firewalls).
 */
export interface FlowResult {
  needed: NeededFlow
  verdict: 'passes' | 'answers' | 'dropped' | 'unclear'
  /** The rules that drop it, or on which it depends. */
  rules: DecidingRule[]
}

/** The port of Apache and of the check of the page. */
const pagePort = 80

/** @param cmap - of the running Corosync, whose ports count. */
export function neededFlows(node: Node, cluster: Cluster, cmap: Cmap | undefined): NeededFlow[] {
  const others = cluster.nodes.filter(({ name }) => name !== node.name)
  const corosync = node.links.flatMap((own, link) => {
    const port = corosyncPort(link, cluster, cmap)
    return others.flatMap(({ name, links }): NeededFlow[] => {
      const peer = links[link]
      if (peer === undefined || port === undefined) return []
      const both = { protocol: 'udp', port, ...(isKnet(cluster, cmap) && { sourcePort: port }), peer, own } as const
      return [
        { ...both, direction: 'in', from: peer, to: own, label: `UDP ${port} from ${name}` },
        { ...both, direction: 'out', from: own, to: peer, label: `UDP ${port} to ${name}` },
      ]
    })
  })
  const [floatingIp] = cluster.floatingIps
  const page = others.flatMap(({ name, links: [from] }): NeededFlow[] =>
    from === undefined || familyOf(from) !== floatingIp.family
      ? []
      : [
          {
            direction: 'in',
            protocol: 'tcp',
            from,
            to: floatingIp.address,
            own: node.links[0] ?? '',
            port: pagePort,
            label: `TCP ${pagePort} (the page) from ${name}`,
          },
        ],
  )
  return servesPage(cluster) ? [...corosync, ...page] : corosync
}

function isKnet({ corosync }: Cluster, cmap: Cmap | undefined): boolean {
  return (cmap?.get('totem.transport')?.value ?? corosync.transport) === 'knet'
}

/** Link n uses the port 5405 + n by default (corosync.conf(5), mcastport). Undefined for a link that does not use UDP. */
function corosyncPort(link: number, cluster: Cluster, cmap: Cmap | undefined): number | undefined {
  const declared = cluster.corosync.interface?.find(({ linknumber = '0' }) => linknumber === String(link))
  const setting = (name: string) => cmap?.get(`totem.interface.${link}.${name}`)?.value ?? declared?.[name]
  if (setting('knet_transport') === 'sctp') return undefined
  return Number(setting('mcastport') ?? 5405 + (isKnet(cluster, cmap) ? link : 0))
}

/** @param chains - the node's rules, in force or after the next boot. */
export function flowResults(
  chains: Chain[],
  needed: NeededFlow[],
  { interfaces }: Pick<Firewall, 'interfaces'>,
): FlowResult[] {
  return needed.map(flow => {
    const iface = interfaces.get(flow.own)
    const at = (direction: Flow['direction'], from: string, to: string, state: Flow['state']) =>
      judge(chains, { ...flow, direction, from, to, state, ...(iface !== undefined && { interface: iface }) })
    const { verdict, rules } = at(flow.direction, flow.from, flow.to, 'new')
    const isAnswer = () =>
      flow.sourcePort === flow.port &&
      at(flow.direction, flow.from, flow.to, 'established').verdict === 'passes' &&
      at(flow.direction === 'in' ? 'out' : 'in', flow.to, flow.from, 'new').verdict === 'passes'
    return { needed: flow, verdict: verdict === 'dropped' && isAnswer() ? 'answers' : verdict, rules }
  })
}

/** The tables that ufw manages, of IPv4 and IPv6. */
export const isUfwTable = (table: string | undefined) => table === 'ip filter' || table === 'ip6 filter'

/** `` `policy drop` in chain INPUT of table ip filter (ufw) `` */
export function ruleLabel({ text, chain }: DecidingRule, { ufw }: Pick<Firewall, 'ufw'>): string {
  const isUfw = ufw && isUfwTable(chain.table)
  return `\`${text}\` in chain ${chain.name} of table ${chain.table}${isUfw ? ' (ufw)' : ''}`
}

/** The results of one kind as sentences, one for each rule: `UDP 5405 from node2 is dropped by …`. */
export function flowSentences(
  results: FlowResult[],
  verdict: FlowResult['verdict'],
  firewall: Pick<Firewall, 'ufw'>,
): string[] {
  const byRule = new Map<string, string[]>()
  for (const { needed, rules } of results.filter(result => result.verdict === verdict)) {
    const rule = rules.map(deciding => ruleLabel(deciding, firewall)).join(' and ')
    byRule.set(rule, [...(byRule.get(rule) ?? []), needed.label])
  }
  return [...byRule].map(([rule, labels]) => sentence[verdict]([...new Set(labels)].join(', '), rule))
}

const sentence: Record<FlowResult['verdict'], (flows: string, rule: string) => string> = {
  passes: flows => `${flows} passes`,
  answers: (flows, rule) => `${flows} passes only as an answer to the node's own packets: ${rule} drops it otherwise`,
  dropped: (flows, rule) => `${flows} is dropped: ${rule}`,
  unclear: (flows, rule) => `${flows} cannot be judged: it depends on ${rule}`,
}
