import { until } from '../../tasks/until.js'
import { membersOf, nodeIdsOf, type Cmap } from '../corosync/cmap.js'
import { runningCmap } from '../corosync/facts.js'
import { recordLoadedKey } from './authkey.js'
import type { CorosyncState } from '../corosync/state.js'
import { onNodes, type ClusterMember, type Scope } from '../members.js'

/** Time for running nodes to find each other: several times the token. */
export const joinTimeoutSeconds = 30

/** Starts the stopped daemons together, records their authkey, and waits until all nodes of `states` have joined. */
export async function startTogether(
  stopped: CorosyncState[],
  states: CorosyncState[],
  { abandon, progress }: Pick<Scope, 'abandon' | 'progress'>,
): Promise<void> {
  progress(
    onNodes(
      'starting corosync',
      stopped.map(({ member }) => member),
    ),
  )
  await Promise.all(
    stopped.map(async ({ member, keyHash }) => {
      await member.$({ timeout: '90s' })`systemctl reset-failed corosync.service; systemctl start corosync.service`
      if (keyHash !== undefined) await recordLoadedKey(member, keyHash)
    }),
  )
  await waitUntilJoined(
    states.map(({ member }) => member),
    { abandon, progress },
  )
}

async function waitUntilJoined(
  members: ClusterMember[],
  { abandon, progress }: Pick<Scope, 'abandon' | 'progress'>,
): Promise<void> {
  const hint =
    'check that UDP port 5405 is open between the nodes; see `corosync-cfgtool -s` and `journalctl -u corosync` there'
  await until(
    `${members.length} nodes to join`,
    joinTimeoutSeconds,
    async report => {
      const views = await Promise.all(
        members.map(async member => ({
          name: member.name,
          joined: countJoined(members, await member.readAgain(runningCmap)),
        })),
      )
      const fewest = Math.min(...views.map(({ joined }) => joined))
      report(
        `${fewest} seen by ${views
          .filter(({ joined }) => joined === fewest)
          .map(({ name }) => name)
          .join(', ')}`,
      )
      return fewest === members.length ? true : undefined
    },
    { hint, abandon, progress },
  )
}

/** How many of these members have joined, as one of them sees it; 0 if its Corosync does not answer. */
function countJoined(members: ClusterMember[], cmap: Cmap | undefined): number {
  const joined = cmap
    ? membersOf(cmap)
        .filter(({ status }) => status === 'joined')
        .map(({ nodeId }) => nodeId)
    : []
  const ids = nodeIdsOf(
    members.map(({ node }) => node),
    cmap ?? new Map(),
  )
  return members.filter(({ name }) => joined.includes(ids.get(name) ?? 0)).length
}
