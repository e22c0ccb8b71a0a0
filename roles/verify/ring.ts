import { membersOf, nodeIdsIn } from '../../runner/cluster/cmap.js'
import type { Cluster } from '../../runner/cluster/declaration.js'
import { linkStates, quorum, runningKeys } from '../../runner/cluster/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/engine/task.js'
import { fromEveryView, verdict } from './views.js'

const silent = 'corosync does not answer'
const remedy = '`ha-run site` starts what is stopped; `corosync-cfgtool -s` and `journalctl -u corosync` on the node say more'

/** `corosync-cfgtool -s` says 0 for disconnected links too (cluster-facts C6), so each peer's state is read. */
export function linksConnected(cluster: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { views, complaints } = await fromEveryView(scope, linkStates, silent, (links, { node }) =>
      node.links.flatMap((address, number) => {
        const link = links.find(candidate => candidate.link === number)
        if (!link) return [`link ${number} is missing`]
        // With udpu, cfgtool prints a peer's address in place of the node's own.
        const expected = cluster.corosync.transport === 'knet' ? [address] : cluster.nodes.map(({ links }) => links[number])
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

/** By node id: what Corosync says of a member's addresses is as old as its joining, and a link can change since. */
export function everyNodeJoined(cluster: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { complaints } = await fromEveryView(scope, runningKeys, silent, keys => {
      const ids = nodeIdsIn(keys)
      const joined = membersOf(keys).filter(({ status }) => status === 'joined')
      const declared = cluster.nodes.map(({ name, links: [address] }) => ({ name, address, id: ids.get(name) }))
      return [
        ...declared.filter(({ id }) => !joined.some(({ nodeId }) => nodeId === id)).map(({ name, address }) => `${name} (${address}) has not joined`),
        ...joined.filter(({ nodeId }) => !declared.some(({ id }) => id === nodeId)).map(({ nodeId, addresses: [address] }) => `node ${nodeId} (${address}) has joined and is not declared`),
      ]
    })
    const names = cluster.nodes.map(({ name }) => name).join(', ')
    return verdict(complaints, names, remedy, complaints.length === 0 ? [{ label: 'members', text: names }] : [])
  }
}

export async function quorate(scope: Scope): Promise<Verdict> {
  const { views, complaints } = await fromEveryView(scope, quorum, silent, ({ quorate: has, votes }) =>
    has ? [] : [`no quorum: ${votes?.total ?? 0} of ${votes?.expected ?? '?'} votes`])
  const rings = [...new Set(views.map(({ ringId }) => ringId))]
  if (rings.length > 1) complaints.push(`the nodes are in different rings: ${rings.join(', ')}`)
  const votes = views[0]?.votes
  const text = votes ? `${votes.total} of ${votes.expected} votes, ring ${rings[0]}` : 'quorate'
  return verdict(complaints, text, remedy, [{ label: 'quorum', text: complaints.length === 0 ? `yes, ${text}` : 'no' }])
}
