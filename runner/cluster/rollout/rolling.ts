import { InterruptedError, TaskError } from '../../errors.js'
import { unitState } from '../../facts/units.js'
import type { ClusterState } from '../pacemaker/crm-mon.js'
import { refuseMovedFiles } from './reload.js'
import { startTogether } from './start.js'
import { drainScript, readmitScript } from '../pacemaker/drain.js'
import { settled } from '../pacemaker/forecast.js'
import { readmitDrained } from './temporary-settings.js'
import { notInForce, readCorosyncState, type CorosyncState } from '../corosync/state.js'
import { on, readOnAll, refuseUnselected, type ClusterMember, type Scope } from '../members.js'
import { missing, startPacemaker, stateOf, untilNoneLeft, untilOnline } from './pacemaker-state.js'
import { rollRefusal } from './rolling-refusal.js'

/** Seconds for all resources of a node to stop and to start elsewhere: the longest advised stop of an agent is 60 s. */
const moveTime = 180

/**
 * Restarts Corosync on every node that does not run what its file says, one node at a time: emptied, stopped,
 * started, joined, taking part again, and only then the next. The first Ctrl-C lets the present node finish.
 */
export async function roll(scope: Scope): Promise<void> {
  await putPacemakerBack(scope)
  const pending = rollOrder(stale(await readCorosyncState(scope.members)), await stateOf(scope))
  refuseUnselected(scope, pending)
  for (const [at, member] of pending.entries()) {
    if (scope.stop.aborted) throw new InterruptedError(`interrupted: ${pending.slice(at).map(({ name }) => name).join(', ')} not restarted yet`)
    const turn = pending.length > 1 ? `node ${at + 1} of ${pending.length}: ` : ''
    await restart(member, { ...scope, progress: text => scope.progress(text && turn + text) })
  }
}

function stale(loaded: CorosyncState[]): ClusterMember[] {
  return loaded.filter(({ conf, keys, member }) => keys && notInForce(conf!, keys, member.name).length > 0).map(({ member }) => member)
}

/** Nodes on which nothing runs go first: what moves away later finds them done, and need not move twice. */
export function rollOrder<M extends { name: string }>(members: M[], state: ClusterState | undefined): M[] {
  const isBusy = ({ name }: M) => state?.resources.some(({ active, nodes }) => active && nodes.includes(name)) ?? false
  return [...members.filter(member => !isBusy(member)), ...members.filter(isBusy)]
}

/** A roll that was killed may have left a node stopped, and in a standby of ours. */
async function putPacemakerBack(scope: Scope): Promise<void> {
  const units = await readOnAll(scope.members, unitState('pacemaker.service'))
  const [running, stopped] = [units.filter(([, { active }]) => active === 'active'), units.filter(([, { active }]) => active !== 'active')]
  if (running.length === 0) return
  refuseUnselected(scope, stopped.filter(([, { load }]) => load === 'loaded').map(([member]) => member))
  await startPacemaker(stopped.filter(([, { load }]) => load === 'loaded').map(([member]) => member), scope)
  await untilOnline(units.filter(([, { load }]) => load === 'loaded').map(([member]) => member), scope)
  await readmitDrained(scope)
}

async function restart(member: ClusterMember, scope: Scope): Promise<void> {
  for (const each of scope.members) each.changed()
  const loaded = await readCorosyncState(scope.members)
  await refuseMovedFiles(scope, loaded)
  const own = loaded.find(({ member: other }) => other === member)!
  const obstacle = await rollRefusal(own.conf!, loaded, scope, [member.name])
  if (obstacle !== undefined) {
    throw new TaskError(`${member.name} was not restarted: ${obstacle}`, { hint: 'put that right and run again; or `--allow-outage` stops all nodes at once' })
  }
  const before = await stateOf(scope)
  const serves = before?.nodes.some(({ name, online }) => name === member.name && online) ?? false
  // An admin's own standby stays as it is: there is nothing to empty and nothing to take back.
  const drains = serves && !before!.nodes.find(({ name }) => name === member.name)!.standby
  try {
    if (drains) await drain(member, before!, scope)
    scope.progress(on(serves ? 'stopping pacemaker and corosync' : 'stopping corosync', [member]))
    if (serves) await member.$({ timeout: `${moveTime}s` })`systemctl stop pacemaker.service`
    await member.$({ timeout: '60s' })`systemctl stop corosync.service`
    await startTogether([own], loaded, scope)
    await refuseOldValues(own)
    if (serves) {
      await startPacemaker([member], scope)
      await untilOnline(await serving(scope), scope)
    }
    if (drains) await readmit(member, before!, scope)
  } catch (error) {
    // Best effort: where it fails, the mark stays and the next run takes the standby back.
    if (drains) await member.$({ timeout: '10s', nothrow: true }).script(readmitScript(member.name)).catch(() => {})
    throw error
  }
}

async function drain(member: ClusterMember, before: ClusterState, scope: Scope): Promise<void> {
  await member.$({ timeout: '30s' }).script(drainScript(member.name))
  await untilNoneLeft(`the resources of ${member.name} to run elsewhere`, moveTime, scope,
    now => [...runningOn(now, member.name), ...missing(now, before, true)],
    '`crm_mon -1rA` says what keeps them; what runs nowhere else has no node that may take it')
}

async function readmit(member: ClusterMember, before: ClusterState, scope: Scope): Promise<void> {
  await member.$({ timeout: '30s' }).script(readmitScript(member.name))
  await settled(scope)
  await untilNoneLeft('all resources to run again', moveTime, scope, now => missing(now, before), '`crm_mon -1rf` says what does not start')
}

function runningOn({ resources }: ClusterState, node: string): string[] {
  return resources.filter(({ active, nodes }) => active && nodes.includes(node)).map(({ id }) => id)
}

/** @throws TaskError where the new daemon does not run what its file says. */
async function refuseOldValues({ member, conf }: CorosyncState): Promise<void> {
  const [now] = await readCorosyncState([member])
  const left = now?.keys ? notInForce(conf!, now.keys, member.name) : []
  if (left.length === 0) return
  throw new TaskError(`corosync on ${member.name} was restarted and still runs otherwise: ${left.map(({ subject, from, to }) => `${subject} is ${from ?? '(not set)'}, not ${to ?? '(not set)'}`).join('; ')}`)
}

/** Nodes on which Pacemaker runs. */
async function serving({ members }: Scope): Promise<ClusterMember[]> {
  for (const member of members) member.changed()
  return (await readOnAll(members, unitState('pacemaker.service'))).filter(([, { active }]) => active === 'active').map(([member]) => member)
}
