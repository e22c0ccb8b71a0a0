import { InterruptedError, TaskError } from '../../errors.js'
import { unitState } from '../../facts/units.js'
import { servicesOn, type ClusterState } from '../pacemaker/crm-mon.js'
import { refuseChangedFiles } from './reload.js'
import { startTogether } from './start.js'
import { beginStandby, endStandby } from '../pacemaker/drain.js'
import { untilSettled } from '../pacemaker/forecast.js'
import { readmitDrained } from './temporary-settings.js'
import { notInForce, readCorosyncState, type CorosyncState } from '../corosync/state.js'
import { onNodes, readOnAll, refuseUnselected, type ClusterMember, type Scope } from '../members.js'
import { takeBack, withLeftovers } from './take-back.js'
import { missing, startPacemaker, stateOf, untilNoneLeft, untilOnline, untilRunningAgain } from './pacemaker-state.js'
import { findRollingObstacle } from './rolling-refusal.js'

/** Time for all resources of a node to stop and start elsewhere: agents advise up to 60 s for a stop. */
const moveTimeoutSeconds = 180

/**
 * Restarts Corosync on every node that does not run with the settings of its file, one node at a time: drain, stop,
 * start, wait until it has joined, readmit, and only then the next. The first Ctrl-C lets the current node finish.
 */
export async function rollNodes(scope: Scope): Promise<void> {
  await restorePacemaker(scope)
  const pending = rollingOrder(outdatedMembers(await readCorosyncState(scope.members)), await stateOf(scope))
  refuseUnselected(scope, pending)
  for (const [index, member] of pending.entries()) {
    if (scope.stop.aborted)
      throw new InterruptedError(
        `interrupted: ${pending
          .slice(index)
          .map(({ name }) => name)
          .join(', ')} not restarted yet`,
      )
    const prefix = pending.length > 1 ? `node ${index + 1} of ${pending.length}: ` : ''
    await restart(member, { ...scope, progress: text => scope.progress(text && prefix + text) })
  }
}

function outdatedMembers(states: CorosyncState[]): ClusterMember[] {
  return states
    .filter(({ conf, cmap, member }) => cmap && notInForce(conf!, cmap, member.name).length > 0)
    .map(({ member }) => member)
}

/** Nodes on which nothing runs restart first, so that resources which move to them need not move again. */
export function rollingOrder<M extends { name: string }>(members: M[], state: ClusterState | undefined): M[] {
  const isBusy = ({ name }: M) => state !== undefined && servicesOn(state, name).length > 0
  return [...members.filter(member => !isBusy(member)), ...members.filter(isBusy)]
}

/** Repairs what a killed rolling restart can leave behind: a node stopped, and in ha-run's standby. */
async function restorePacemaker(scope: Scope): Promise<void> {
  const units = await readOnAll(scope.members, unitState('pacemaker.service'))
  const [running, stopped] = [
    units.filter(([, { active }]) => active === 'active'),
    units.filter(([, { active }]) => active !== 'active'),
  ]
  if (running.length === 0) return
  // A node that serves again need not wait for others that may not start. Without quorum it cannot be readmitted yet.
  await readmitDrained(scope).catch(() => {})
  refuseUnselected(
    scope,
    stopped.filter(([, { load }]) => load === 'loaded').map(([member]) => member),
  )
  await startPacemaker(
    stopped.filter(([, { load }]) => load === 'loaded').map(([member]) => member),
    scope,
  )
  await untilOnline(
    units.filter(([, { load }]) => load === 'loaded').map(([member]) => member),
    scope,
  )
  await readmitDrained(scope)
}

async function restart(member: ClusterMember, scope: Scope): Promise<void> {
  for (const each of scope.members) each.changed()
  const states = await readCorosyncState(scope.members)
  await refuseChangedFiles(scope, states)
  const own = states.find(({ member: other }) => other === member)!
  const obstacle = await findRollingObstacle(own.conf!, states, scope, [member.name])
  if (obstacle !== undefined) {
    throw new TaskError(`${member.name} was not restarted: ${obstacle}`, {
      hint: 'fix that and run again; or `--allow-outage` stops all nodes at once',
    })
  }
  const before = await stateOf(scope)
  const runsPacemaker = before?.nodes.some(({ name, online }) => name === member.name && online) ?? false
  // A node in an admin's standby is empty already and stays in standby.
  const mustDrain = runsPacemaker && !before!.nodes.find(({ name }) => name === member.name)!.standby
  try {
    if (mustDrain) await drain(member, before!, scope)
    scope.progress(onNodes(runsPacemaker ? 'stopping pacemaker and corosync' : 'stopping corosync', [member]))
    if (runsPacemaker) await member.$({ timeout: `${moveTimeoutSeconds}s` })`systemctl stop pacemaker.service`
    await member.$({ timeout: '60s' })`systemctl stop corosync.service`
    await startTogether([own], states, scope)
    await refuseOldValues(own)
    if (runsPacemaker) {
      await startPacemaker([member], scope)
      await untilOnline(await membersWithPacemaker(scope), scope)
    }
    if (mustDrain) await readmit(member, before!, scope)
  } catch (error) {
    const restarted = { member, keyHash: own.keyHash, runsPacemaker, isDrained: mustDrain }
    throw withLeftovers(error, `${member.name} takes part again`, await takeBack(restarted, scope))
  }
}

async function drain(member: ClusterMember, before: ClusterState, scope: Scope): Promise<void> {
  await beginStandby(member.$, member.name, scope.run)
  await untilNoneLeft(
    `the resources of ${member.name} to run elsewhere`,
    moveTimeoutSeconds,
    scope,
    now => [...servicesOn(now, member.name).map(({ id }) => id), ...missing(now, before, true)],
    '`crm_mon -1rA` shows what keeps them; a resource that does not start elsewhere has no other node that may run it',
  )
}

async function readmit(member: ClusterMember, before: ClusterState, scope: Scope): Promise<void> {
  await endStandby(member.$, member.name)
  await untilSettled(scope)
  await untilRunningAgain(before, moveTimeoutSeconds, scope)
}

/** @throws TaskError if the restarted daemon does not run with the settings of its file. */
async function refuseOldValues({ member, conf }: CorosyncState): Promise<void> {
  const [now] = await readCorosyncState([member])
  const differences = now?.cmap ? notInForce(conf!, now.cmap, member.name) : []
  if (differences.length === 0) return
  const values = differences.map(
    ({ subject, from, to }) => `${subject} is ${from ?? '(not set)'}, not ${to ?? '(not set)'}`,
  )
  throw new TaskError(`corosync on ${member.name} was restarted and still runs with other values: ${values.join('; ')}`)
}

/** The nodes on which Pacemaker runs. */
async function membersWithPacemaker({ members }: Scope): Promise<ClusterMember[]> {
  for (const member of members) member.changed()
  return (await readOnAll(members, unitState('pacemaker.service')))
    .filter(([, { active }]) => active === 'active')
    .map(([member]) => member)
}
