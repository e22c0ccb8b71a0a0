import { nodeIdsOf, type Cmap } from '../../runner/cluster/corosync/cmap.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { linkStates, runningCmap } from '../../runner/cluster/corosync/facts.js'
import { linkTraffic, type LinkTraffic, type TrafficCount } from './knet-stats.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { fromEveryView, fromWhoAnswers, silentCorosync, verdict, type Complaint } from './views.js'

const remedy = '`corosync-cfgtool -s` on the node shows its links; check cable, switch and firewall (UDP 5405 upward), `journalctl -u corosync` says since when'

/** `corosync-cfgtool -s` says 0 for disconnected links too (cluster-facts C6), so each peer's state is read. */
export function linksConnected(cluster: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    // Asked in one breath.
    const [cmap] = await Promise.all([scope.leader.read(runningCmap), readOnAll(scope.selected, linkStates)])
    const transport = cmap?.get('totem.transport')?.value ?? cluster.corosync.transport
    const { views, complaints } = await fromEveryView(scope, linkStates, silentCorosync, (links, { node }) =>
      node.links.flatMap((address, number) => {
        const link = links.find(candidate => candidate.link === number)
        if (!link) return [`link ${number} is missing`]
        // With udpu, cfgtool prints a peer's address in place of the node's own.
        const expected = transport === 'knet' ? [address] : cluster.nodes.map(({ links }) => links[number])
        return [
          ...(expected.includes(link.address) ? [] : [`link ${number} has the address ${link.address}, not ${address}`]),
          ...(link.faulty ? [`link ${number} is faulty`] : []),
          ...link.peers.filter(({ connected }) => !connected).map(({ nodeId }) => `link ${number} to node ${nodeId} is disconnected`),
        ]
      }))
    const links = views[0]?.length ?? 0
    return verdict(complaints, `${links} ${links === 1 ? 'link' : 'links'}, seen from ${views.length} nodes`, remedy)
  }
}

/** Milliseconds between two of knet's pings at the default token; with a longer one there are more. */
const defaultPing = 750

/**
 * That packets come and go on each link, by Corosync's own counts. A state may be older than what has happened since: a
 * link that has fallen silent counts as connected until knet gives it up. Silent are links on which nothing came within
 * two of knet's pings from one look to another; where it is looked once only, those on which nothing ever came.
 */
export function linksCarryTraffic() {
  const before = new Map<string, TrafficCount>()
  return async (scope: Scope): Promise<Verdict> => {
    const [{ seen, complaints }, cmap] = await Promise.all([
      fromWhoAnswers(scope, linkTraffic, silentCorosync),
      Promise.all(scope.selected.map(async member => [member.name, member.unreachable ? undefined : await member.read(runningCmap)] as const)),
    ])
    const running = new Map(cmap)
    if ([...running.values()].some(own => /^udpu?$/.test(own?.get('totem.transport')?.value ?? ''))) return verdict([], 'only knet counts what its links carry', remedy)
    const looks = seen.map(([name, { asked, links: all }]) => {
      const nodes = scope.selected.map(({ node }) => node)
      const own = nodeIdsOf(nodes, running.get(name) ?? new Map()).get(name)
      const links = all.filter(({ nodeId }) => nodeId !== own)
      const earlier = before.get(name)
      const isDue = earlier !== undefined && asked.from - earlier.asked.to >= 2 * pingTime(running.get(name))
      if (!earlier || isDue) before.set(name, { asked, links })
      return { links, complaints: silences(links, isDue ? earlier.links : []).map(complaint => `${name}: ${complaint}`) }
    })
    const links = looks.flatMap(look => look.links)
    const downs = links.reduce((sum, { downs: count }) => sum + count, 0)
    return verdict([...complaints, ...looks.flatMap(look => look.complaints)], `both ways, ${links.length} links seen from their ends; down ${downs} times since corosync started`, remedy)
  }
}

/**
 * What is wrong with a node's links to others.
 *
 * @param earlier - what they had carried at an earlier look; none: only that they have ever carried something is known.
 */
export function silences(links: LinkTraffic[], earlier: LinkTraffic[]): Complaint[] {
  return links.flatMap(({ nodeId, link, enabled, connected, received, sent }) => {
    const then = earlier.find(other => other.nodeId === nodeId && other.link === link) ?? { received: 0n, sent: 0n }
    const name = `link ${link} to node ${nodeId}`
    if (!enabled || !connected) return [`${name} is ${enabled ? 'down' : 'disabled'}`]
    // Counts begin anew where Corosync does.
    return [...received === then.received ? [`nothing comes in on ${name}`] : [], ...sent === then.sent ? [`nothing goes out on ${name}`] : []]
  })
}

/** Milliseconds between two of knet's pings, on its slowest link. */
function pingTime(cmap: Cmap | undefined): number {
  const times = [...cmap ?? []].flatMap(([key, { value }]) => /^runtime\.config\.totem\.interface\.\d+\.knet_ping_interval$/.test(key) ? Number(value) : [])
  return Math.max(defaultPing, ...times)
}
