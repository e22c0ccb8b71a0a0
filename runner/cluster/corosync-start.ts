import { until } from '../engine/until.js'
import { membersOf, nodeIdsIn } from './cmap.js'
import { runningKeys } from './facts.js'
import { keyNote, type Loaded } from './loaded.js'
import type { ClusterMember, Scope } from './members.js'

/** Seconds until nodes that run have found each other: several times the token. */
export const joinTime = 30

/** Starts what is stopped at once, notes what was loaded, and waits until all that run have joined. */
export async function startTogether(stopped: Loaded[], loaded: Loaded[], { abandon }: Pick<Scope, 'abandon'>): Promise<void> {
  await Promise.all(stopped.map(async node => {
    await node.member.$({ timeout: 90 })`systemctl reset-failed corosync.service; systemctl start corosync.service`
    await note(node)
  }))
  await untilJoined(loaded.map(({ member }) => member), abandon)
}

async function untilJoined(members: ClusterMember[], abandon: AbortSignal): Promise<void> {
  const hint = 'is UDP port 5405 open between the nodes? `corosync-cfgtool -s` and `journalctl -u corosync` there say more'
  await Promise.all(members.map(member => until(`${member.name} to see ${members.length} nodes joined`, joinTime, async () => {
    const keys = await member.readAgain(runningKeys)
    const joined = keys ? membersOf(keys).filter(({ status }) => status === 'joined').map(({ nodeId }) => nodeId) : []
    const ids = nodeIdsIn(keys ?? new Map())
    return members.every(({ name }) => joined.includes(ids.get(name) ?? 0)) ? true : undefined
  }, { hint, abandon })))
}

/** Notes in Corosync's own cmap which key it has loaded. */
export async function note({ member: { $ }, keyHash }: Loaded): Promise<void> {
  if (keyHash !== undefined) await $`corosync-cmapctl -s ${keyNote} str ${keyHash}`
}
