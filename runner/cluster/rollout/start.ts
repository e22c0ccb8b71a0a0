import { until } from '../../tasks/until.js'
import { membersOf, nodeIdsOf, type CmapValue } from '../corosync/cmap.js'
import { runningKeys } from '../corosync/facts.js'
import { keyNote, type CorosyncState } from '../corosync/state.js'
import { on, type ClusterMember, type Scope } from '../members.js'

/** Seconds until nodes that run have found each other: several times the token. */
export const joinTime = 30

/** Starts what is stopped at once, notes what was loaded, and waits until all that run have joined. */
export async function startTogether(stopped: CorosyncState[], loaded: CorosyncState[], { abandon, progress }: Pick<Scope, 'abandon' | 'progress'>): Promise<void> {
  progress(on('starting corosync', stopped.map(({ member }) => member)))
  await Promise.all(stopped.map(async node => {
    await node.member.$({ timeout: '90s' })`systemctl reset-failed corosync.service; systemctl start corosync.service`
    await note(node)
  }))
  await untilJoined(loaded.map(({ member }) => member), { abandon, progress })
}

async function untilJoined(members: ClusterMember[], patience: Pick<Scope, 'abandon' | 'progress'>): Promise<void> {
  const hint = 'is UDP port 5405 open between the nodes? `corosync-cfgtool -s` and `journalctl -u corosync` there say more'
  await until(`${members.length} nodes to join`, joinTime, async say => {
    const views = await Promise.all(members.map(async member => ({ name: member.name, joined: joinedOf(members, await member.readAgain(runningKeys)) })))
    const fewest = Math.min(...views.map(({ joined }) => joined))
    say(`${fewest} seen by ${views.filter(({ joined }) => joined === fewest).map(({ name }) => name).join(', ')}`)
    return fewest === members.length ? true : undefined
  }, { hint, ...patience })
}

/** How many of these members have joined, as one of them sees it; none where its Corosync does not answer. */
function joinedOf(members: ClusterMember[], keys: Map<string, CmapValue> | undefined): number {
  const joined = keys ? membersOf(keys).filter(({ status }) => status === 'joined').map(({ nodeId }) => nodeId) : []
  const ids = nodeIdsOf(members.map(({ node }) => node), keys ?? new Map())
  return members.filter(({ name }) => joined.includes(ids.get(name) ?? 0)).length
}

/** Notes in Corosync's own cmap which key it has loaded. */
export async function note({ member: { $ }, keyHash }: CorosyncState): Promise<void> {
  if (keyHash !== undefined) await $`corosync-cmapctl -s ${keyNote} str ${keyHash}`
}
