import { membersOf, nodeIdsOf } from '../../runner/cluster/corosync/cmap.js'
import type { Cluster, ConfValues } from '../../runner/cluster/declaration/declaration.js'
import { quorum, runningCmap } from '../../runner/cluster/corosync/facts.js'
import { flagsOf } from '../../runner/cluster/corosync/in-force.js'
import type { Quorum } from '../../runner/cluster/corosync/quorumtool.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { mismatch, readViews, readAvailableViews, corosyncNotAnswering, verdict } from './verdict.js'

const hint =
  '`ha-run site` starts stopped daemons; `corosync-quorumtool -s` and `journalctl -u corosync` on the node show details'

/** Compares node ids: the addresses that Corosync reports for a member are those of its join, and links may have changed since. */
export function everyNodeJoined(cluster: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { violations } = await readViews(scope, runningCmap, corosyncNotAnswering, cmap => {
      const ids = nodeIdsOf(cluster.nodes, cmap)
      const joined = membersOf(cmap).filter(({ status }) => status === 'joined')
      const declared = cluster.nodes.map(({ name, links: [address] }) => ({ name, address, id: ids.get(name) }))
      return [
        ...declared
          .filter(({ id }) => !joined.some(({ nodeId }) => nodeId === id))
          .map(({ name, address }) => `${name} (${address}) has not joined`),
        ...joined
          .filter(({ nodeId }) => !declared.some(({ id }) => id === nodeId))
          .map(({ nodeId, addresses: [address] }) => `node ${nodeId} (${address}) has joined and is not declared`),
      ]
    })
    const names = cluster.nodes.map(({ name }) => name).join(', ')
    return verdict(violations, names, hint, violations.length === 0 ? [{ label: 'members', text: names }] : [])
  }
}

/** The ring id changes with every new membership: if it is the same on all nodes and stays the same, the ring is one and stable. */
export async function oneRing(scope: Scope): Promise<Verdict> {
  const { viewsByNode, violations } = await readAvailableViews(scope, quorum, corosyncNotAnswering)
  const rings = viewsByNode.map(([name, { ringId }]): [string, string] => [name, ringId])
  return verdict([...violations, ...mismatch('ring', rings)], `ring ${rings[0]?.[1]}`, hint)
}

/** The failure is severe if a node has no quorum: it is reported whatever its cause. */
export async function quorate(scope: Scope): Promise<Verdict & { isSevere: boolean }> {
  const { views, viewsByNode, violations } = await readViews(
    scope,
    quorum,
    corosyncNotAnswering,
    ({ quorate: isQuorate, votes }) =>
      isQuorate ? [] : [`no quorum: ${votes?.total ?? 0} of ${votes?.expected ?? '?'} votes`],
  )
  const votes = views[0]?.votes
  const text = votes ? `${votes.total} of ${votes.expected} votes` : 'quorate'
  const isEverywhere = views.length === scope.selected.length
  const seenBy = isEverywhere ? '' : `, as seen by ${viewsByNode.map(([name]) => name).join(', ')}`
  const answer = views.every(view => view.quorate)
    ? `yes, ${text}${votes ? `, ring ${views[0]!.ringId}` : ''}${seenBy}`
    : 'no'
  // Without any view, nothing is known.
  return {
    ...verdict(violations, text, hint, views.length === 0 ? [] : [{ label: 'quorum', text: answer }]),
    isSevere: views.some(view => !view.quorate),
  }
}

/** Compares the flags of corosync-quorumtool: after a reload, some settings in the cmap are those of the file and not in force (docs/facts.md, Corosync). */
export function quorumAsDeclared(cluster: Cluster) {
  const declared = cluster.foreign ? declaredQuorumSettings(cluster) : cluster.corosync.quorum
  // A foreign cluster keeps its own quorum rules.
  const flags = (state: Quorum) => (cluster.foreign ? [] : flagsOf(declared, state))
  return async (scope: Scope): Promise<Verdict> => {
    const { viewsByNode, violations } = await readAvailableViews(scope, quorum, corosyncNotAnswering, state => {
      if (!state.votes) return ['votequorum does not count the votes']
      const { expected } = state.votes
      return [
        ...(declared['expected_votes'] === undefined || String(expected) === declared['expected_votes']
          ? []
          : [`${expected} votes are expected, not ${declared['expected_votes']}`]),
        ...flags(state)
          .filter(({ flag, isOn }) => state.flags.includes(flag) !== isOn)
          .map(({ flag, isOn }) => `${flag} is ${isOn ? 'off' : 'on'}`),
      ]
    })
    const on =
      viewsByNode[0] === undefined
        ? []
        : flags(viewsByNode[0][1])
            .filter(({ isOn }) => isOn)
            .map(({ flag }) => flag)
    const votes = declared['expected_votes'] ?? viewsByNode[0]?.[1].votes?.expected
    return verdict(
      violations,
      [`${votes} votes expected`, ...on].join(', '),
      '`ha-run corosync` applies the declared settings; a value set by `corosync-quorumtool -e` lasts until the next reload or start',
    )
  }
}

/** The explicitly declared settings of the quorum section. */
function declaredQuorumSettings({ explicit }: Cluster): ConfValues {
  return Object.fromEntries(
    Object.entries(explicit.corosync).flatMap(([setting, value]) =>
      setting.startsWith('quorum.') ? [[setting.slice('quorum.'.length), value]] : [],
    ),
  )
}
