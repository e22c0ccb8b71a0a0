import { TaskError } from '../../errors.js'
import { until } from '../../tasks/until.js'
import { fileState } from '../../facts/files.js'
import { unitState } from '../../facts/units.js'
import { commitOnAll, confAttributes, confPath, forgetStaged, stageOnAll, validateConf } from '../corosync/files.js'
import { joinTime, startTogether } from './start.js'
import type { ClusterState } from '../pacemaker/crm-mon.js'
import { canDetach } from './detach.js'
import { cibOf, endPassing } from './temporary-settings.js'
import { quorum } from '../corosync/facts.js'
import { lacksKey, type CorosyncState } from '../corosync/state.js'
import { on, readOnAll, refuseUnselected, type ClusterMember, type Scope } from '../members.js'
import { missing, startPacemaker, stateOf, untilNoneLeft, untilOnline } from './pacemaker-state.js'
import { detached, isSet, setScript } from '../pacemaker/temporary-property.js'

/** For all resources of a node to stop: the longest advised stop of an agent is 60 s, and some wait for others. */
const stopTimeout = '300s'

/** Seconds for the probes of all resources on all nodes. */
const findTime = 60

/**
 * Stops Corosync and Pacemaker on all nodes, gives them a new corosync.conf where there is one, and starts them again:
 * for what every node must agree on. The resources run on meanwhile where they can (`detach.ts`). All nodes are started
 * at once, since one of two that starts alone has no quorum (cluster-facts C4). One step, which the first Ctrl-C lets
 * finish; ended harder, the next run starts what is stopped.
 *
 * @param conf - undefined where the files are right already.
 * @throws TaskError before anything is stopped where a node is missing, or the new file needs a key and there is none.
 */
export async function fullStop(scope: Scope, loaded: CorosyncState[], conf?: string): Promise<void> {
  const { members } = scope
  const wanted = loaded.map(node => ({ ...node, conf: conf ?? node.conf }))
  refuseImpossible(scope, wanted)
  const served = (await readOnAll(members, unitState('pacemaker.service'))).filter(([, { active }]) => active === 'active').map(([member]) => member)
  if (conf !== undefined) await stageOnAll(members, confPath, conf, confAttributes, validateConf)
  let before: ClusterState | undefined
  let mayDiffer = false
  try {
    before = await detach(scope)
    if (served.length > 0) scope.progress(on('stopping pacemaker', served))
    await Promise.all(served.map(({ $ }) => $({ timeout: stopTimeout })`systemctl stop pacemaker.service`))
    scope.progress(on('stopping corosync', members))
    await Promise.all(members.map(({ $ }) => $({ timeout: '60s' })`systemctl stop corosync.service`))
    if (conf !== undefined) {
      mayDiffer = true
      await commitOnAll(members, confPath)
    }
    await startTogether(wanted, wanted, scope)
    await untilQuorate(scope)
  } catch (error) {
    if (conf !== undefined) await forgetStaged(members, confPath)
    if (!mayDiffer || await holdTheSame(members)) await putBack(served, scope)
    throw error
  }
  if (served.length === 0) return
  await startPacemaker(served, scope)
  await untilOnline(served, scope)
  if (before) await attach(before, scope)
}

/** Rule 9.1: nothing is started while nodes hold different files, or nobody knows what one holds. */
async function holdTheSame(members: ClusterMember[]): Promise<boolean> {
  const confs = await Promise.allSettled(members.map(async member => (await member.readAgain(fileState(confPath)))?.hash))
  return confs.every(conf => conf.status === 'fulfilled') && new Set(confs.map(conf => conf.status === 'fulfilled' && conf.value)).size === 1
}

/**
 * Best effort, after a failure: what served is started again, and only a Pacemaker that sees all of it is given the
 * resources back. Sooner, it would start elsewhere what still runs on a node that it does not see. What is left is the next
 * run's.
 */
async function putBack(served: ClusterMember[], scope: Scope): Promise<void> {
  await Promise.allSettled(served.map(({ $ }) => $({ timeout: '120s', nothrow: true })`systemctl start corosync.service pacemaker.service`))
  await untilOnline(served, scope).then(async () => endPassing(detached, scope)).catch(() => {})
}

/** @returns what runs, and is to run on; undefined where it stops with Pacemaker. */
async function detach(scope: Scope): Promise<ClusterState | undefined> {
  const state = await stateOf(scope)
  const found = await cibOf(scope.members)
  if (!state || !found || !canDetach(state, found.cib)) return undefined
  if (!isSet(detached, found.cib)) await found.member.$({ timeout: '30s' }).script(setScript(detached))
  await until('maintenance mode', 30, async () => (await stateOf(scope))?.maintenance === true || undefined, scope)
  return state
}

/**
 * Pacemaker is given the resources back once it has found them all again; what it does not find by then has failed
 * meanwhile, and is its to mend.
 */
async function attach(before: ClusterState, scope: Scope): Promise<void> {
  try {
    await untilNoneLeft('pacemaker to find the resources that run', findTime, scope, now => missing(now, before), '`crm_mon -1rf` says what does not run')
  } finally {
    await endPassing(detached, scope)
  }
}

function refuseImpossible(scope: Scope, wanted: CorosyncState[]): void {
  const absent = scope.members.filter(({ unreachable }) => unreachable).map(({ name }) => name)
  if (absent.length > 0) throw new TaskError(`${absent.join(', ')} unreachable: nothing was stopped, since every node must take part`)
  refuseUnselected(scope, scope.members)
  if (wanted.some(lacksKey)) {
    throw new TaskError('the new corosync.conf needs a key and there is none: nothing was stopped', { hint: 'run the authkey role first: `ha-run authkey`' })
  }
  if (new Set(wanted.map(({ keyHash }) => keyHash)).size > 1) {
    throw new TaskError('the nodes have different keys and would not find each other: nothing was stopped', { hint: 'run the authkey role first: `ha-run authkey`' })
  }
}

async function untilQuorate({ members, abandon, progress }: Scope): Promise<void> {
  await until('a quorum of all nodes', joinTime, async () => {
    const seen = await Promise.all(members.map(member => member.readAgain(quorum)))
    return seen.every(state => state?.quorate) ? true : undefined
  }, { hint: '`corosync-quorumtool -s` on the nodes says more', abandon, progress })
}
