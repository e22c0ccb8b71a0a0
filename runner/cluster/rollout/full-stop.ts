import { TaskError } from '../../errors.js'
import { until } from '../../tasks/until.js'
import { fileState } from '../../facts/files.js'
import { unitState } from '../../facts/units.js'
import { confAttributes, confPath } from '../corosync/files.js'
import { commitOnAll, discardStaged, stageOnAll, validateConf } from './shared-file.js'
import { joinTimeoutSeconds, startTogether } from './start.js'
import type { ClusterState } from '../pacemaker/crm-mon.js'
import { attach, attachAfterFailure, detach } from './detach.js'
import { withLeftovers, type Leftover } from './take-back.js'
import { quorum } from '../corosync/facts.js'
import { lacksKey, type CorosyncState } from '../corosync/state.js'
import { onNodes, readOnAll, refuseUnselected, type ClusterMember, type Scope } from '../members.js'
import { startPacemaker, untilOnline } from './pacemaker-state.js'

/** Time for all resources of a node to stop: agents advise up to 60 s each, and some wait for others. */
const stopTimeoutSeconds = 300

/**
 * Stops Corosync and Pacemaker on all nodes, replaces corosync.conf if a new one is given, and starts them again: for
 * settings on which all nodes must agree. The resources keep running meanwhile if they can (`detach.ts`). All nodes
 * start together, because one node of two has no quorum on its own. The first Ctrl-C lets this step finish; if it is
 * killed, the next run starts what is stopped.
 *
 * @param conf - the new corosync.conf; left out if the files are right already.
 * @throws TaskError before anything is stopped if a node is missing, or if the new file needs an authkey and there is
 *   none.
 */
export async function fullStop(scope: Scope, states: CorosyncState[], conf?: string): Promise<void> {
  const { members } = scope
  const wanted = states.map(node => ({ ...node, conf: conf ?? node.conf }))
  refuseImpossible(scope, wanted)
  const withPacemaker = (await readOnAll(members, unitState('pacemaker.service')))
    .filter(([, { active }]) => active === 'active')
    .map(([member]) => member)
  if (conf !== undefined) await stageOnAll(members, confPath, conf, confAttributes, validateConf)
  let before: ClusterState | undefined
  let mayFilesDiffer = false
  try {
    before = await detach(scope)
    if (withPacemaker.length > 0) scope.progress(onNodes('stopping pacemaker', withPacemaker))
    await Promise.all(
      withPacemaker.map(({ $ }) => $({ timeout: `${stopTimeoutSeconds}s` })`systemctl stop pacemaker.service`),
    )
    scope.progress(onNodes('stopping corosync', members))
    await Promise.all(members.map(({ $ }) => $({ timeout: '60s' })`systemctl stop corosync.service`))
    if (conf !== undefined) {
      mayFilesDiffer = true
      await commitOnAll(members, confPath)
    }
    await startTogether(wanted, wanted, scope)
    await waitUntilQuorate(scope)
  } catch (error) {
    if (conf !== undefined) await discardStaged(members, confPath)
    if (mayFilesDiffer && !(await haveSameConf(members))) throw error
    const leftovers = await restartAfterFailure(withPacemaker, before !== undefined, scope)
    throw withLeftovers(error, 'all nodes run again', leftovers)
  }
  if (withPacemaker.length === 0) return
  await startPacemaker(withPacemaker, scope)
  await untilOnline(withPacemaker, scope)
  if (before) await attach(before, scope)
}

/** Nothing is started while the nodes' files differ or one cannot be read (docs/safety.md). */
async function haveSameConf(members: ClusterMember[]): Promise<boolean> {
  const confs = await Promise.allSettled(
    members.map(async member => (await member.readAgain(fileState(confPath)))?.hash),
  )
  return (
    confs.every(conf => conf.status === 'fulfilled') &&
    new Set(confs.map(conf => conf.status === 'fulfilled' && conf.value)).size === 1
  )
}

/** Best effort after a failure: the next run repairs the rest. @returns what could not be put right. */
async function restartAfterFailure(
  withPacemaker: ClusterMember[],
  isDetached: boolean,
  scope: Scope,
): Promise<Leftover[]> {
  scope.progress(onNodes('starting corosync and pacemaker again', withPacemaker))
  const starts = await Promise.allSettled(
    withPacemaker.map(({ $ }) => $({ timeout: '120s' })`systemctl start corosync.service pacemaker.service`),
  )
  const stopped = withPacemaker.filter((_, at) => starts[at]?.status === 'rejected')
  return [
    ...stopped.map(({ name }) => ({
      text: `${name}: corosync and pacemaker may be stopped`,
      remedy: `\`systemctl start corosync pacemaker\` on ${name}`,
    })),
    ...(isDetached ? await attachAfterFailure(withPacemaker, scope) : []),
  ]
}

function refuseImpossible(scope: Scope, wanted: CorosyncState[]): void {
  const missingNodes = scope.members.filter(({ unreachable }) => unreachable).map(({ name }) => name)
  if (missingNodes.length > 0)
    throw new TaskError(`${missingNodes.join(', ')} unreachable: nothing was stopped, because this needs all nodes`)
  refuseUnselected(scope, scope.members)
  if (wanted.some(lacksKey)) {
    throw new TaskError('the new corosync.conf needs an authkey and there is none: nothing was stopped', {
      hint: 'run the authkey role first: `ha-run authkey`',
    })
  }
  if (new Set(wanted.map(({ keyHash }) => keyHash)).size > 1) {
    throw new TaskError('the nodes have different authkeys and would not find each other: nothing was stopped', {
      hint: 'run the authkey role first: `ha-run authkey`',
    })
  }
}

async function waitUntilQuorate({ members, abandon, progress }: Scope): Promise<void> {
  await until(
    'a quorum of all nodes',
    joinTimeoutSeconds,
    async () => {
      const states = await Promise.all(members.map(member => member.readAgain(quorum)))
      return states.every(state => state?.quorate) ? true : undefined
    },
    { hint: 'see `corosync-quorumtool -s` on the nodes', abandon, progress },
  )
}
