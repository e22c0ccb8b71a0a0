import { note } from '../../runner/cluster/rollout/start.js'
import type { ClusterState, Failure } from '../../runner/cluster/pacemaker/crm-mon.js'
import { settled } from '../../runner/cluster/pacemaker/forecast.js'
import { keyNote, readCorosyncState } from '../../runner/cluster/corosync/state.js'
import type { TrialScope } from '../../runner/cluster/members.js'
import { rewriteLost } from '../../runner/cluster/rollout/node-attributes.js'
import { readmitDrained } from '../../runner/cluster/rollout/temporary-settings.js'
import { missing, stateOf, untilNoneLeft, untilOnline } from '../../runner/cluster/rollout/pacemaker-state.js'
import { persist } from '../../runner/engine/persist.js'
import { ConnectError, InterruptedError } from '../../runner/errors.js'
import { reconnect } from '../../runner/ssh/reconnect.js'
import { disarmScript, longestFault } from './auto-recovery.js'
import type { Subject } from './plan.js'

/** Seconds for the daemons to run again. */
const undoTime = 240

/** Seconds for all resources to run again. */
const wellTime = 180

/** Left in /run before a reboot, so that what answers without it has booted since. */
const beforeBoot = '/run/ha-run-drill.before'
export const markBoot = `: >${beforeBoot}`
export const unmarkBoot = `rm -f ${beforeBoot}`

/** Exit code of what a second Ctrl-C has ended. */
const endedFromOutside = 143

/**
 * Puts the node right, over a new connection where the old one has gone; what armed itself there is taken back only then.
 *
 * @throws ConnectError where the node does not answer any more.
 */
export async function putRight(subject: Subject, scope: TrialScope): Promise<void> {
  const { way, target, drilled, others } = subject
  const undo = async () => {
    const { exitCode } = await drilled.$({ timeout: undoTime, nothrow: true }).script(way.undo(target))
    if (exitCode === endedFromOutside) throw new InterruptedError(`${drilled.name} was not put right to the end: it does the rest itself, once this run has ended`)
    await drilled.$.script(disarmScript)
  }
  scope.progress(`putting ${drilled.name} right`)
  if (!way.boots) {
    try {
      await undo()
      return
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error
      // A standby is the cluster's: the others can end it.
      await readmitDrained({ ...scope, members: others }).catch(() => {})
    }
  }
  await regain(subject, scope)
  await undo()
}

/** Waits until the node answers again. */
async function regain({ way, drilled }: Subject, scope: TrialScope): Promise<void> {
  let patience = 4
  const back = await persist(`${drilled.name} to answer again`, longestFault + 60, scope, async () => {
    // A slow machine gets its time in the end.
    patience = Math.min(patience * 1.5, 40)
    const connection = await reconnect(drilled.connection, undefined, patience)
    const [booted] = await connection.session.run({ scripts: [way.boots ? `[ ! -e ${beforeBoot} ]` : ':'], timeout: 10 })
    if (booted!.exitCode === 0) return connection
    await connection.close()
    throw new ConnectError(`${drilled.name} has not gone down yet`)
  })
  if (back instanceof ConnectError) {
    throw new ConnectError(`${drilled.name} does not come back: ${back.message}`, { hint: 'look at the machine; `ha-run site` puts the rest right once it is back', cause: back })
  }
  await drilled.replaceConnection(back)
}

/** Waits until the cluster is whole again, and forgets the failures that were made on purpose. @returns what there is to say of it. */
export async function untilWell(before: ClusterState, scope: TrialScope): Promise<string[]> {
  await untilOnline(scope.members, scope)
  await readmitDrained(scope)
  const rewritten = await rewriteLost(scope)
  await settled(scope)
  await untilNoneLeft('all resources to run again', wellTime, scope, now => missing(now, before), '`crm_mon -1rf` says what does not start')
  // As where Corosync is restarted for a change: a later run knows which key it has loaded.
  for (const node of await readCorosyncState(scope.members)) if (node.keys && !node.keys.has(keyNote)) await note(node)
  const failed = failedOperations((await stateOf(scope))?.failures ?? [])
  for (const { resource, node } of failed) await scope.leader.$({ nothrow: true })`crm_resource --cleanup -r ${resource} -N ${node}`
  if (failed.length > 0) {
    await settled(scope)
    await untilNoneLeft('the failures to be forgotten', 30, scope, ({ failures }) => failures.map(({ operation }) => operation), '`crm_resource --cleanup` forgets them')
  }
  return [
    ...rewritten.map(node => `the attributes of ${node}, lost from the CIB, were written to it again`),
    ...failed.map(({ resource, node }) => `the failure of ${resource} on ${node} was forgotten again`),
  ]
}

/** The resources whose operations have failed, each once for a node: `WebSite_monitor_60000` is one of WebSite. */
export function failedOperations(failures: Failure[]): { resource: string; node: string }[] {
  const all = failures.map(({ operation, node }) => ({ resource: operation.replace(/_(?:migrate_(?:to|from)|[a-z-]+)_\d+$/, ''), node }))
  return all.filter(({ resource, node }, at) => all.findIndex(other => other.resource === resource && other.node === node) === at)
}
