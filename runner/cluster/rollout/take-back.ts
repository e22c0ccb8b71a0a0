import { ConnectError, HaRunError, InterruptedError, TaskError } from '../../errors.js'
import { reconnect } from '../../ssh/reconnect.js'
import { retryUntilReachable, until } from '../../tasks/index.js'
import { reachable, type ClusterMember, type Scope } from '../members.js'
import { drainsIn, endStandby } from '../pacemaker/drain.js'
import { cibText, clusterState } from '../pacemaker/facts.js'
import { recordLoadedKey } from './authkey.js'

/** A node whose restart has failed is taken back into the cluster: its daemons are started, and its standby ends. */

/** Time for a node to answer ssh again. */
const reconnectSeconds = 20

/** Time for Pacemaker to have a DC and quorum: a node that starts alone elects itself after 20 s. */
const quorumSeconds = 40

/** What the restart may have changed on the node. */
export interface RestartedNode {
  member: ClusterMember
  keyHash: string | undefined
  /** Pacemaker ran before the restart. */
  runsPacemaker: boolean
  /** It was set to standby. */
  isDrained: boolean
}

/** What could not be put right, with the command that does it. */
export interface Leftover {
  text: string
  remedy: string
}

/**
 * Takes a node back after its restart has failed or was interrupted, at whichever step. Each step is tried, whatever the others
 * do, and none takes long: after the second Ctrl-C too.
 *
 * @returns what could not be put right.
 */
export async function takeBack(restarted: RestartedNode, scope: Scope): Promise<Leftover[]> {
  const { member, isDrained } = restarted
  const failure = await attempt(async () => startDaemons(restarted, scope))
  const { name } = member
  const stopped = {
    text: `${name}: corosync and pacemaker may be stopped (${failure})`,
    remedy: `\`systemctl start corosync pacemaker\` on ${name}`,
  }
  return [...(failure === undefined ? [] : [stopped]), ...(isDrained ? await readmit(member, scope) : [])]
}

/** Ends a node's standby, on whichever node can do it. @returns what could not be put right. */
export async function readmit(member: ClusterMember, scope: Scope): Promise<Leftover[]> {
  const failure = await attempt(async () => readmitAnywhere(member, scope))
  if (failure === undefined) return []
  return [
    {
      text: `${member.name} is still in standby (${failure})`,
      remedy: `\`crm node online ${member.name}\` on any node with quorum`,
    },
  ]
}

/** @returns why it failed; undefined if it did not. */
async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Only the node itself can start its daemons. */
async function startDaemons({ member, keyHash, runsPacemaker }: RestartedNode, scope: Scope): Promise<void> {
  await reconnectIfLost(member, scope)
  scope.progress(`starting corosync on ${member.name} again`)
  await member.$({ timeout: '90s' })`systemctl reset-failed corosync.service; systemctl start corosync.service`
  if (keyHash !== undefined) await recordLoadedKey(member, keyHash)
  if (!runsPacemaker) return
  scope.progress(`starting pacemaker on ${member.name} again`)
  await member.$({ timeout: '90s' })`systemctl reset-failed pacemaker.service; systemctl start pacemaker.service`
}

async function reconnectIfLost(member: ClusterMember, scope: Scope): Promise<void> {
  if (!member.unreachable) return
  const connection = await retryUntilReachable(`${member.name} to answer again`, reconnectSeconds, scope, async () =>
    reconnect(member.connection, undefined, reconnectSeconds / 2),
  )
  if (connection instanceof ConnectError) throw connection
  await member.replaceConnection(connection)
}

/** Ends a node's standby on any node with quorum: on another one first, since its Pacemaker runs already. */
async function readmitAnywhere(member: ClusterMember, { members, progress }: Scope): Promise<void> {
  const inOrder = [...members.filter(other => other !== member), member]
  await until(
    `a node with quorum that ends the standby of ${member.name}`,
    quorumSeconds,
    async () => {
      for (const candidate of reachable(inOrder)) {
        if (await readmitOn(candidate, member.name).catch(() => false)) return true
      }
      return undefined
    },
    { abandon: new AbortController().signal, progress },
  )
}

/** @returns whether the standby has ended, as this member sees it. */
async function readmitOn(member: ClusterMember, node: string): Promise<boolean> {
  member.changed()
  const [state, cib] = await Promise.all([member.read(clusterState), member.read(cibText)])
  if (state?.dc === undefined || !state.quorate || cib === undefined) return false
  if (!drainsIn(cib).some(drain => drain.node === node)) return true
  await endStandby(member.$, node)
  return !drainsIn((await member.readAgain(cibText)) ?? '').some(drain => drain.node === node)
}

/**
 * The error of a failed restart, with what became of its nodes. A defect stays as it is.
 *
 * @param restored - the sentence if nothing is left: `node1 takes part again`.
 */
export function withLeftovers(error: unknown, restored: string, leftovers: Leftover[]): unknown {
  const Kind = [InterruptedError, ConnectError, TaskError].find(kind => error instanceof kind)
  if (Kind === undefined || !(error instanceof HaRunError)) return error
  const { message, hint, command, output } = error
  const texts = leftovers.length === 0 ? [restored] : leftovers.map(({ text }) => text)
  const remedies = leftovers.map(({ remedy }) => remedy)
  const hints = [
    ...(hint === undefined ? [] : [hint]),
    ...(remedies.length === 0 ? [] : [`${remedies.join(', ')}, or \`ha-run site\` once it can be reached`]),
  ]
  return new Kind([message, ...texts].join('; '), {
    ...(hints.length > 0 && { hint: hints.join('; ') }),
    ...(command !== undefined && { command }),
    ...(output !== undefined && { output }),
    cause: error,
  })
}
