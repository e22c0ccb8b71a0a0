import type { ClusterMember, ClusterTrialScope } from '../../runner/cluster/members.js'
import { readmitDrained } from '../../runner/cluster/rollout/temporary-settings.js'
import { retryUntilReachable, until } from '../../runner/tasks/index.js'
import { ConnectError, InterruptedError, TaskError } from '../../runner/errors.js'
import { reconnect } from '../../runner/ssh/reconnect.js'
import { armRecoveryScript, disarmRecoveryScript } from './auto-recovery.js'
import { FencingWatch } from './fencing-watch.js'
import { Observer } from './observer.js'
import type { RoundPlan } from './plan.js'
import { survivor } from './recovery.js'

/** The exit code of a script that a second Ctrl-C has terminated. */
const terminated = 143

/** Another one after each boot. */
const bootIdFile = '/proc/sys/kernel/random/boot_id'

/** The boot of each node before the fault. */
export type BootIds = Map<string, string>

export async function readBootIds({ members }: RoundPlan): Promise<BootIds> {
  return new Map(
    await Promise.all(members.map(async ({ name, $ }) => [name, (await $`cat ${bootIdFile}`).stdout.trim()] as const)),
  )
}

/** The nodes to which the fault does something that has to be undone there. */
function faulty({ fault, members, drilled }: RoundPlan): ClusterMember[] {
  if (fault.reboots || fault.fromAnother) return []
  return fault.everywhere ? members : [drilled]
}

/** All that the fault does to a node, undone. */
function undoScript({ fault, target, drilled }: RoundPlan, member: ClusterMember): string {
  return [
    ...(fault.everywhere ? [fault.everywhere.undoScript(target)] : []),
    ...(member === drilled ? [fault.undoScript(target)] : []),
  ].join('\n')
}

/** Arms the auto-recovery of every node to which the fault does something. */
export async function armRecovery(round: RoundPlan): Promise<void> {
  const { target, budgets } = round
  await Promise.all(
    faulty(round).map(async member =>
      member.$.script(armRecoveryScript(target.cluster.name, undoScript(round, member), budgets.autoRecovery)),
    ),
  )
}

/** What a repair needs to know. */
export interface Damage {
  bootIds: BootIds
  /** Names of the nodes that have been fenced. */
  fenced: string[]
  /** Fencing failed, and is tried again. */
  isHeld: boolean
}

/**
 * Repairs the nodes, and waits for those that have been fenced. A node that has lost its connection is repaired over a new one. Only
 * then is auto-recovery disarmed.
 *
 * @returns the nodes that have been fenced, those included of which the repair was the condition.
 * @throws ConnectError if a node does not answer any more.
 */
export async function repairNodes(round: RoundPlan, damage: Damage, scope: ClusterTrialScope): Promise<string[]> {
  const { fault, drilled, budgets } = round
  const fenced = damage.isHeld ? await releaseDevice(round, scope) : damage.fenced
  await Promise.all(
    faulty(round)
      .filter(({ name }) => !fenced.includes(name))
      .map(async member => {
        scope.progress(`repairing ${member.name}`)
        await repairNode(round, member, scope)
      }),
  )
  const rebooted = fault.reboots ? [drilled] : round.members.filter(({ name }) => fenced.includes(name))
  if (round.target.fencing?.action === 'off' && !fault.fromAnother) {
    const { $ } = survivor(round, fenced)
    for (const name of fenced) await $({ timeout: `${budgets.repair}s` })`stonith_admin --on ${name}`
  }
  await Promise.all(
    rebooted.map(async member => reconnectTo(member, scope, budgets.boot, damage.bootIds.get(member.name))),
  )
  // A boot ends the fault, except on a machine whose packet filter outlasts it: a node of a lab.
  const further = fault.reboots ? [drilled] : faulty(round).filter(({ name }) => fenced.includes(name))
  await Promise.all(further.map(async member => undo(round, member)))
  return fenced
}

async function repairNode(round: RoundPlan, member: ClusterMember, scope: ClusterTrialScope): Promise<void> {
  try {
    await undo(round, member)
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    // A standby stands in the CIB: the other nodes can end it.
    await readmitDrained({ ...scope, members: round.others }).catch(() => {})
    await reconnectTo(member, scope, round.budgets.autoRecovery + 60)
    await undo(round, member)
  }
}

async function undo(round: RoundPlan, member: ClusterMember): Promise<void> {
  const { exitCode } = await member
    .$({ timeout: `${round.budgets.repair}s`, nothrow: true })
    .script(undoScript(round, member))
  if (exitCode === terminated)
    throw new InterruptedError(`${member.name} is not fully repaired: it repairs itself once this run has ended`)
  await member.$.script(disarmRecoveryScript)
}

/**
 * Lets the packets to the device pass again, and waits until it has fenced the node, which Pacemaker tries without an end. If it does
 * not, the node goes on as before.
 */
async function releaseDevice(round: RoundPlan, scope: ClusterTrialScope): Promise<string[]> {
  const { fault, target, members, observers, before, budgets } = round
  await Promise.all(
    members.map(async ({ $ }) => $({ timeout: '30s' }).script(fault.everywhere?.undoScript(target) ?? ':')),
  )
  const observer = new Observer(observers)
  const watch = new FencingWatch(before.fencingHistory)
  try {
    return await until(
      `${target.device?.id} to fence ${target.node} now that it can be reached`,
      budgets.recovery,
      async () => {
        const { fenced } = watch.seen(observer.views)
        return fenced.length > 0 ? fenced : undefined
      },
      { abandon: scope.stop, progress: scope.progress },
    )
  } catch (error) {
    if (error instanceof TaskError || error instanceof InterruptedError) return []
    throw error
  } finally {
    observer.stop()
  }
}

/** Connects again to every node whose connection was lost in the meantime, for instance because it was fenced late. */
export async function reconnectLost({ members, budgets }: RoundPlan, scope: ClusterTrialScope): Promise<string[]> {
  const lost = members.filter(({ connection }) => connection.session.lost !== undefined)
  await Promise.all(lost.map(async member => reconnectTo(member, scope, budgets.boot)))
  return lost.map(({ name }) => name)
}

/** @param formerBoot - the boot that must be over, if the node has lost its power. */
async function reconnectTo(
  member: ClusterMember,
  scope: ClusterTrialScope,
  limitSeconds: number,
  formerBoot?: string,
): Promise<void> {
  let timeoutSeconds = 4
  const connection = await retryUntilReachable(`${member.name} to answer again`, limitSeconds, scope, async () => {
    // Each attempt waits longer, since a slow machine may not answer within a short one.
    timeoutSeconds = Math.min(timeoutSeconds * 1.5, 40)
    const candidate = await reconnect(member.connection, undefined, timeoutSeconds)
    const [boot] = await candidate.session.run({ scripts: [`cat ${bootIdFile}`], timeoutSeconds: 10 })
    if (boot!.stdout.trim() !== formerBoot) return candidate
    await candidate.close()
    throw new ConnectError(`${member.name} has not shut down yet`)
  })
  if (connection instanceof ConnectError) {
    throw new ConnectError(`${member.name} did not come back: ${connection.message}`, {
      hint: 'check the machine; once it is back, `ha-run site` repairs what is left',
      cause: connection,
    })
  }
  await member.replaceConnection(connection)
}
