import { nodeIdsOf, type Cmap } from '../../runner/cluster/corosync/cmap.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { corosyncLinks, runningCmap } from '../../runner/cluster/corosync/facts.js'
import { linkTraffic, type LinkTraffic, type TrafficCount } from './knet-stats.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { readViews, readAvailableViews, corosyncNotAnswering, verdict, type Violation } from './verdict.js'

const hint =
  '`corosync-cfgtool -s` on the node shows its links, `journalctl -u corosync` since when; check cable, switch and firewall (UDP 5405 and up)'

/** `corosync-cfgtool -s` exits with 0 even if a peer is disconnected (docs/facts.md, Corosync), so each peer's state is read. */
export function linksConnected(cluster: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const [cmap] = await Promise.all([scope.leader.read(runningCmap), readOnAll(scope.selected, corosyncLinks)])
    const transport = cmap?.get('totem.transport')?.value ?? cluster.corosync.transport
    const { views, violations } = await readViews(scope, corosyncLinks, corosyncNotAnswering, (links, { node }) =>
      node.links.flatMap((address, number) => {
        const link = links.find(candidate => candidate.link === number)
        if (!link) return [`link ${number} is missing`]
        // With udpu, cfgtool prints a peer's address in place of the node's own.
        const expected = transport === 'knet' ? [address] : cluster.nodes.map(({ links }) => links[number])
        return [
          ...(expected.includes(link.address)
            ? []
            : [`link ${number} has the address ${link.address}, not ${address}`]),
          ...(link.faulty ? [`link ${number} is faulty`] : []),
          ...link.peers
            .filter(({ connected }) => !connected)
            .map(({ nodeId }) => `link ${number} to node ${nodeId} is disconnected`),
        ]
      }),
    )
    const links = views[0]?.length ?? 0
    return verdict(violations, `${links} ${links === 1 ? 'link' : 'links'}, seen from ${views.length} nodes`, hint)
  }
}

/** The interval of knet's pings with the default token; with a longer token it is longer. */
const defaultPingIntervalMs = 750

/**
 * Packets are received and sent on each link, by Corosync's own counters. A reported state may be outdated: a link that has failed
 * counts as connected until knet's time-out. A link is silent if nothing was received or sent between two checks at least two ping
 * intervals apart; at a single check, if nothing ever was.
 */
export function linksCarryTraffic() {
  const previous = new Map<string, TrafficCount>()
  return async (scope: Scope): Promise<Verdict> => {
    const [{ viewsByNode, violations }, cmaps] = await Promise.all([
      readAvailableViews(scope, linkTraffic, corosyncNotAnswering),
      Promise.all(
        scope.selected.map(
          async member => [member.name, member.unreachable ? undefined : await member.read(runningCmap)] as const,
        ),
      ),
    ])
    const running = new Map(cmaps)
    if ([...running.values()].some(cmap => /^udpu?$/.test(cmap?.get('totem.transport')?.value ?? '')))
      return verdict([], 'only knet counts packets', hint)
    const checks = viewsByNode.map(([name, { asked, links: allLinks }]) => {
      const nodes = scope.selected.map(({ node }) => node)
      const ownId = nodeIdsOf(nodes, running.get(name) ?? new Map()).get(name)
      const links = allLinks.filter(({ nodeId }) => nodeId !== ownId)
      const earlier = previous.get(name)
      const isDue = earlier !== undefined && asked.from - earlier.asked.to >= 2 * pingIntervalMs(running.get(name))
      if (!earlier || isDue) previous.set(name, { asked, links })
      return {
        links,
        violations: silentLinks(links, isDue ? earlier.links : []).map(violation => `${name}: ${violation}`),
      }
    })
    const links = checks.flatMap(check => check.links)
    const downs = links.reduce((sum, { downs: count }) => sum + count, 0)
    return verdict(
      [...violations, ...checks.flatMap(check => check.violations)],
      `in both directions, ${links.length} link ends; down ${downs} times since corosync started`,
      hint,
    )
  }
}

/**
 * What is wrong with a node's links to others.
 *
 * @param earlier - the counters of an earlier check; without them, a link must have carried packets at any time.
 */
export function silentLinks(links: LinkTraffic[], earlier: LinkTraffic[]): Violation[] {
  return links.flatMap(({ nodeId, link, enabled, connected, received, sent }) => {
    const before = earlier.find(other => other.nodeId === nodeId && other.link === link) ?? { received: 0n, sent: 0n }
    const name = `link ${link} to node ${nodeId}`
    if (!enabled || !connected) return [`${name} is ${enabled ? 'down' : 'disabled'}`]
    // The counters start from 0 when Corosync starts.
    return [
      ...(received === before.received ? [`nothing is received on ${name}`] : []),
      ...(sent === before.sent ? [`nothing is sent on ${name}`] : []),
    ]
  })
}

/** The longest ping interval of a node's links. */
function pingIntervalMs(cmap: Cmap | undefined): number {
  const times = [...(cmap ?? [])].flatMap(([key, { value }]) =>
    /^runtime\.config\.totem\.interface\.\d+\.knet_ping_interval$/.test(key) ? Number(value) : [],
  )
  return Math.max(defaultPingIntervalMs, ...times)
}
