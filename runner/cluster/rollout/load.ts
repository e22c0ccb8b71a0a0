import type { Difference } from '../../tasks/difference.js'
import { skip, type ClusterTask, type TaskRef } from '../../tasks/task.js'
import { until } from '../../tasks/until.js'
import { TaskError } from '../../errors.js'
import { fingerprint } from '../../secret.js'
import { readProvenance } from '../adoption/provenance.js'
import { confPath } from '../corosync/files.js'
import { reloadCorosync } from './reload.js'
import { joinTimeoutSeconds, startTogether } from './start.js'
import type { Cluster, Node } from '../declaration/declaration.js'
import { runningCmap } from '../corosync/facts.js'
import type { MemberFaults } from '../daemon-faults.js'
import { faultDifferences, faultyMembers, recoverDaemons } from './repair-daemons.js'
import { forecastRollout } from './forecast.js'
import { fullStop } from './full-stop.js'
import { inForceValue, sameValue } from '../corosync/setting-differences.js'
import { groupedOverNodes } from './setting-report.js'
import { hasOtherKey } from './rekey.js'
import { loadedKeyEntry, lacksKey, readCorosyncState, type CorosyncState } from '../corosync/state.js'
import { daemonProcesses } from '../daemons.js'
import { onNodes, refuseUnselected, type ClusterMember, type Scope } from '../members.js'
import { clusterTask } from '../role.js'
import { refuseMixedVersions } from './mixed-versions.js'
import { rollNodes } from './rolling.js'
import { noteOf, refuseUnloadedChanges, planRollout, type RolloutPlan } from './rollout-plan.js'

/** The name of the task below, in each role that has it. */
export const runsItsFiles = 'corosync runs what its files say'

/**
 * The last task of the roles that write Corosync's files. Starts stopped daemons, and brings running ones to their
 * files by a reload, by a restart node by node, or, if the user allowed it, by a stop on all nodes.
 */
export function corosyncRunsItsFiles(cluster: Cluster, needs: readonly TaskRef[]): ClusterTask<Node> {
  return clusterTask(runsItsFiles, {
    needs,
    // A stopped daemon can be started although another node is unreachable. Reloads themselves require every node.
    tolerant: true,
    async check(scope) {
      const [faulty, states, { provenance }] = await Promise.all([
        faultyMembers(scope.members, 'corosync'),
        readCorosyncState(scope.members),
        readProvenance(scope.members),
      ])
      if (provenance === 'foreign' && runsAsDeclared(cluster, states))
        return differences(states, nothingToChange, faulty)
      refuseDifferentConf(states)
      if (provenance === 'foreign') {
        const plan = await rolloutPlanOf(scope, states)
        refuseUnloadedChanges(plan, cluster)
        return differences(states, plan, faulty)
      }
      if (new Set(states.map(({ keyHash }) => keyHash)).size > 1 || states.some(lacksKey)) {
        return skip('waiting for the authkey role, which gives every node the same key')
      }
      if (states.some(hasOtherKey)) await refuseMixedVersions(scope.members)
      return differences(states, await rolloutPlanOf(scope, states), faulty)
    },
    async forecast(scope) {
      const states = await readCorosyncState(scope.members)
      if ((await readProvenance(scope.members)).provenance === 'foreign' && runsAsDeclared(cluster, states)) return []
      return forecastRollout(scope, await rolloutPlanOf(scope, states))
    },
    async apply(scope) {
      for (const { member } of await recoverDaemons('corosync', scope)) await replaceCorosync(member, scope)
      await waitUntilCorosyncAnswers(scope, await readCorosyncState(scope.members))
      const states = await readCorosyncState(scope.members)
      const stopped = states.filter(({ active }) => !active)
      if ((await readProvenance(scope.members)).provenance === 'foreign' && runsAsDeclared(cluster, states)) {
        refuseUnselected(
          scope,
          stopped.map(({ member }) => member),
        )
        await startTogether(stopped, states, scope)
        return []
      }
      const plan = await rolloutPlanOf(scope, states)
      const outdated = states.filter(node => hasChanges(node, plan) || hasOtherKey(node))
      refuseUnselected(
        scope,
        [...stopped, ...outdated].map(({ member }) => member),
      )
      if (plan.class === 'full stop') {
        await fullStop(scope, states)
        return []
      }
      const effects =
        outdated.some(hasOtherKey) || includesClass(plan, 'live reload', 'two-step reload')
          ? await reloadCorosync(scope, states, plan)
          : []
      if (stopped.length > 0) await startTogether(stopped, states, scope)
      if (plan.class === 'rolling restart') await rollNodes(scope)
      return effects
    },
  })
}

/** Whether Corosync runs with the declared settings on every node that answers. */
function runsAsDeclared({ explicit }: Cluster, states: CorosyncState[]): boolean {
  return states.every(
    ({ cmap }) =>
      !cmap ||
      Object.entries(explicit.corosync).every(([setting, value]) => sameValue(inForceValue(setting, cmap), value)),
  )
}

/**
 * The plan for a foreign cluster that runs as declared: ha-run only starts stopped daemons, whatever else its files
 * contain.
 */
const nothingToChange: RolloutPlan = {
  class: undefined,
  changes: [],
  effectOf: () => ({ class: 'live reload', why: 'corosync runs it already' }),
  recreatedLinks: [],
  rekeys: false,
}

/** All nodes have the same file, so the first one's is as good as any. */
async function rolloutPlanOf(scope: Scope, states: CorosyncState[]): Promise<RolloutPlan> {
  return planRollout(states[0]!.conf!, states, scope, { mayResume: true })
}

function includesClass({ changes, effectOf }: RolloutPlan, ...classes: string[]): boolean {
  return changes.some(({ changes: some }) => some.some(change => classes.includes(effectOf(change).class)))
}

function hasChanges({ member }: CorosyncState, { changes }: RolloutPlan): boolean {
  return changes.some(({ member: other, changes: some }) => other === member && some.length > 0)
}

/** Kills a Corosync that hangs, and starts it again: the ring goes on without it already, so nothing is lost by that. */
async function replaceCorosync(member: ClusterMember, { progress }: Scope): Promise<void> {
  progress(onNodes('restarting corosync', [member]))
  const pid = (await member.readAgain(daemonProcesses)).get('corosync')?.pid
  if (pid !== undefined) await member.$({ timeout: '10s', nothrow: true })`kill -s KILL ${pid}`
  await member.$({ timeout: '90s' })`systemctl reset-failed corosync.service; systemctl start corosync.service`
  member.changed()
}

/** A daemon that was started moments ago may not answer yet. */
async function waitUntilCorosyncAnswers({ abandon, progress }: Scope, states: CorosyncState[]): Promise<void> {
  const silent = states.filter(({ active, cmap }) => active && !cmap).map(({ member }) => member)
  await until(
    onNodes('corosync to answer', silent),
    joinTimeoutSeconds,
    async () => {
      const answers = await Promise.all(silent.map(member => member.readAgain(runningCmap)))
      return answers.every(cmap => cmap !== undefined) || undefined
    },
    { abandon, progress },
  )
}

/** Nothing is loaded while the nodes' files differ (docs/safety.md). @throws TaskError also if a node has none. */
function refuseDifferentConf(states: CorosyncState[]): void {
  if (states.some(({ conf }) => conf === undefined)) {
    throw new TaskError(
      `${confPath} is missing on ${states
        .filter(({ conf }) => conf === undefined)
        .map(({ member }) => member.name)
        .join(', ')}`,
      {
        hint: 'run the corosync role first: `ha-run corosync`',
      },
    )
  }
  if (new Set(states.map(({ conf }) => conf)).size > 1) {
    throw new TaskError(`${confPath} is not the same on every node`, {
      hint: 'run the corosync role first, for all nodes',
    })
  }
}

/** How the running Corosync of each node differs from its files. */
function differences(states: CorosyncState[], plan: RolloutPlan, faulty: MemberFaults[]): Difference[] {
  const down = states
    .filter(({ member, active, cmap }) => !active || (!cmap && !faulty.some(each => each.member === member)))
    .map(({ member, active }) => ({
      subject: `corosync on ${member.name}`,
      from: active ? 'starting' : 'stopped',
      to: 'running',
    }))
  const settings = plan.changes.flatMap(({ member, changes }) =>
    changes.map(
      change =>
        [
          member,
          {
            ...change,
            subject: `${change.subject} that corosync runs with`,
            note: noteOf(plan.effectOf(change), plan),
          },
        ] as const,
    ),
  )
  const authkeys =
    plan === nothingToChange
      ? []
      : states.filter(hasOtherKey).map(
          ({ member, cmap: running, keyHash }) =>
            [
              member,
              {
                subject: 'authkey that corosync runs with',
                from: fingerprint(running!.get(loadedKeyEntry)!.value),
                to: keyHash === undefined ? undefined : fingerprint(keyHash),
                note: 'live: a reload gives it to all nodes together',
              },
            ] as const,
        )
  return [
    ...faultDifferences(faulty),
    ...down,
    ...groupedOverNodes([...settings, ...authkeys].map(([member, difference]) => [member, difference])),
  ]
}
