import { InterruptedError, TaskError } from '../../errors.js'
import type { MemberFaults } from '../daemon-faults.js'
import { daemonNames, daemonProcesses, serviceOf, type Daemon } from '../daemons.js'
import { onNodes, reachable, type ClusterMember, type Scope } from '../members.js'
import { servicesOn, type ClusterState } from '../pacemaker/crm-mon.js'
import { beginStandby, endStandby } from '../pacemaker/drain.js'
import { attach, canDetach, detach } from './detach.js'
import { missing, startPacemaker, stateOf, untilNoneLeft, untilOnline, untilRunningAgain } from './pacemaker-state.js'
import { readmit, withLeftovers } from './take-back.js'
import { cibOf } from './temporary-settings.js'

/** Restarts Pacemaker on a node where one of its daemons does not work, and keeps what runs there from being interrupted. */

/** Without these, a node cannot stop what runs there. */
const neededToDrain: readonly Daemon[] = ['pacemakerd', 'pacemaker-based', 'pacemaker-execd', 'pacemaker-controld']

const moveTimeoutSeconds = 180

/** What becomes of a node's services while its Pacemaker restarts. */
export interface RestartPlan {
  method: 'nothing runs' | 'drain' | 'detach' | 'outage'
  services: string[]
}

/**
 * Plans the restart on a node.
 *
 * @param state - the cluster, as another node sees it; undefined if none does.
 * @param cib - the CIB of another node.
 */
export function planRestart(
  { member: { name }, faults }: Pick<MemberFaults, 'faults'> & { member: { name: string } },
  state: ClusterState | undefined,
  cib: string | undefined,
): RestartPlan {
  if (!state || cib === undefined) return { method: 'outage', services: [] }
  const services = [...new Set(servicesOn(state, name).map(({ id }) => id))]
  if (services.length === 0) return { method: 'nothing runs', services }
  const isFree = ({ online, standby, maintenance, pending, unclean }: ClusterState['nodes'][number]) =>
    online && !standby && !maintenance && !pending && !unclean
  const canDrain =
    !state.maintenance &&
    faults.every(({ daemon }) => !neededToDrain.includes(daemon)) &&
    state.nodes.some(node => node.name !== name && isFree(node))
  if (canDrain) return { method: 'drain', services }
  return { method: canDetach(state, cib) ? 'detach' : 'outage', services }
}

/** What the restart costs, as the end of a sentence. */
export function costOf({ method, services }: RestartPlan): string {
  const ids = services.join(', ')
  if (method === 'nothing runs') return 'nothing runs there'
  if (method === 'drain') return `${ids} ${services.length === 1 ? 'moves' : 'move'} away before`
  if (method === 'detach') return `${ids} ${services.length === 1 ? 'keeps' : 'keep'} running in maintenance mode`
  return `${ids || 'what runs there'} may be interrupted or run twice meanwhile, which needs \`--allow-outage\``
}

/** Plans the restart with what the other nodes see. */
export async function restartPlanFor(faulty: MemberFaults, members: ClusterMember[]): Promise<RestartPlan> {
  const others = members.filter(member => member !== faulty.member)
  const [state, source] = [await stateOf({ members: others }), await cibOf(others)]
  return planRestart(faulty, state, source?.cib)
}

/** @returns what was done, as a sentence. @throws TaskError if it would cost the service and the user has not allowed that. */
export async function restartPacemaker(faulty: MemberFaults, scope: Scope): Promise<string> {
  const { member } = faulty
  const plan = await restartPlanFor(faulty, scope.members)
  if (plan.method === 'outage') refuseOutage(member, plan, scope)
  const others = reachable(scope.members).filter(each => each !== member)
  const before = await stateOf({ members: others })
  const [helper] = others
  if (!before || !helper || plan.method === 'nothing runs' || plan.method === 'outage')
    await replaceDaemons(member, scope)
  else if (plan.method === 'drain') await whileDrained(member, helper, before, scope)
  else if (!(await whileDetached(member, others, scope))) {
    refuseOutage(member, { ...plan, method: 'outage' }, scope)
    await replaceDaemons(member, scope)
  }
  return `Pacemaker was restarted on ${member.name}: ${costOf(plan)}`
}

function refuseOutage({ name }: ClusterMember, plan: RestartPlan, { consent }: Scope): void {
  if (consent.outage) return
  throw new TaskError(
    `pacemaker has to be restarted on ${name}, and was not: ${costOf({ ...plan, method: 'outage' })}`,
    {
      hint: 'run again with `--allow-outage`; `journalctl -u pacemaker` on the node shows what happened to its daemons',
    },
  )
}

/** Kills the daemons, and what they run stays: systemd would wait half an hour for those that hang. */
async function replaceDaemons(member: ClusterMember, scope: Scope): Promise<void> {
  scope.progress(onNodes('restarting pacemaker', [member]))
  const processes = await member.readAgain(daemonProcesses)
  // pacemakerd comes first: it would start the others again.
  const pids = daemonNames
    .filter(name => serviceOf(name) === 'pacemaker')
    .flatMap(name => processes.get(name)?.pid ?? [])
  if (pids.length > 0) await member.$({ timeout: '10s', nothrow: true })`kill -s KILL ${pids}`
  await startPacemaker([member], scope)
  await untilOnline(reachable(scope.members), scope)
}

async function whileDrained(
  member: ClusterMember,
  helper: ClusterMember,
  before: ClusterState,
  scope: Scope,
): Promise<void> {
  const isStandby = before.nodes.find(({ name }) => name === member.name)?.standby ?? false
  try {
    if (!isStandby) await beginStandby(helper.$, member.name, scope.run)
    await untilNoneLeft(
      `the resources of ${member.name} to run elsewhere`,
      moveTimeoutSeconds,
      scope,
      now => [...servicesOn(now, member.name).map(({ id }) => id), ...missing(now, before, true)],
      '`crm_mon -1rA` shows what keeps them',
    )
    await replaceDaemons(member, scope)
    if (!isStandby) await endStandby(helper.$, member.name)
  } catch (error) {
    throw isStandby
      ? error
      : withLeftovers(error, `${member.name} is no longer in standby`, await readmit(member, scope))
  }
  await untilRunningAgain(before, moveTimeoutSeconds, scope)
}

/** @returns false if the cluster does not enter maintenance mode: then nothing was restarted. */
async function whileDetached(member: ClusterMember, others: ClusterMember[], scope: Scope): Promise<boolean> {
  let before: ClusterState | undefined
  try {
    before = await detach({ ...scope, members: others })
  } catch (error) {
    if (error instanceof InterruptedError) throw error
  }
  if (!before) return false
  // If it fails, maintenance mode stays until a run has brought the node back: without it, what runs there would start elsewhere too.
  await replaceDaemons(member, scope)
  await attach(before, scope)
  return true
}
