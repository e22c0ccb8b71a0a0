import type { Difference } from '../../tasks/difference.js'
import { skip, type ClusterTask } from '../../tasks/task.js'
import { until } from '../../tasks/until.js'
import { TaskError } from '../../errors.js'
import { fingerprint } from '../../secret.js'
import { standingOf } from '../adoption/standing.js'
import { confPath } from '../corosync/files.js'
import { reload } from './reload.js'
import { joinTime, startTogether } from './start.js'
import type { Cluster, Node } from '../declaration/declaration.js'
import { runningKeys } from '../corosync/facts.js'
import { forecastRollout } from './forecast.js'
import { fullStop } from './full-stop.js'
import { inForceValue, sameValue } from '../corosync/setting-differences.js'
import { groupedOverNodes } from './setting-report.js'
import { keyNote, lacksKey, readCorosyncState, type CorosyncState } from '../corosync/state.js'
import { on, refuseUnselected, type Scope } from '../members.js'
import { clusterTask } from '../role.js'
import { roll } from './rolling.js'
import { noteOf, refusePending, planRollout, type RolloutPlan } from './rollout-plan.js'

/**
 * "Corosync runs what its files say": the last task of the roles that write those files. A stopped daemon is
 * started; what runs otherwise is reloaded, restarted node by node, or, where that was allowed, stopped everywhere.
 */
export function corosyncRunsItsFiles(cluster: Cluster, needs: readonly string[]): ClusterTask<Node> {
  return clusterTask('corosync runs what its files say', {
    needs,
    // A stopped daemon is started beside an unreachable node too; reloads ask for every node themselves.
    tolerant: true,
    async check(scope) {
      const [loaded, { standing }] = await Promise.all([readCorosyncState(scope.members), standingOf(scope.members)])
      if (standing === 'found' && runsAsDeclared(cluster, loaded)) return differences(loaded, asItRuns)
      refuseUnequalConf(loaded)
      if (standing === 'found') {
        const way = await rolloutPlanOf(scope, loaded)
        refusePending(way, cluster)
        return differences(loaded, way)
      }
      if (new Set(loaded.map(({ keyHash }) => keyHash)).size > 1 || loaded.some(lacksKey)) {
        return skip('it waits for the key: the authkey role gives every node the same')
      }
      return differences(loaded, await rolloutPlanOf(scope, loaded))
    },
    async forecast(scope) {
      const loaded = await readCorosyncState(scope.members)
      if ((await standingOf(scope.members)).standing === 'found' && runsAsDeclared(cluster, loaded)) return []
      return forecastRollout(scope, await rolloutPlanOf(scope, loaded))
    },
    async apply(scope) {
      await untilAnswering(scope, await readCorosyncState(scope.members))
      const loaded = await readCorosyncState(scope.members)
      const stopped = loaded.filter(({ active }) => !active)
      if ((await standingOf(scope.members)).standing === 'found' && runsAsDeclared(cluster, loaded)) {
        refuseUnselected(scope, stopped.map(({ member }) => member))
        await startTogether(stopped, loaded, scope)
        return
      }
      const way = await rolloutPlanOf(scope, loaded)
      const stale = loaded.filter(node => isStale(node, way) || takesUpKey(node))
      refuseUnselected(scope, [...stopped, ...stale].map(({ member }) => member))
      if (way.class === 'full stop') {
        await fullStop(scope, loaded)
        return
      }
      if (stale.some(node => takesUpKey(node)) || hasClass(way, 'live reload', 'two-step reload')) await reload(scope, loaded, way)
      if (stopped.length > 0) await startTogether(stopped, loaded, scope)
      if (way.class === 'rolling restart') await roll(scope)
    },
  })
}

/** Whether each node that answers runs with the declared settings. */
function runsAsDeclared({ explicit }: Cluster, loaded: CorosyncState[]): boolean {
  return loaded.every(({ keys }) => !keys || Object.entries(explicit.corosync).every(([setting, value]) => sameValue(inForceValue(setting, keys), value)))
}

/** Of a cluster that was found, and that runs as declared, the files are somebody else's: only a daemon that is down is ha-run's to start. */
const asItRuns: RolloutPlan = { class: undefined, changes: [], judge: () => ({ class: 'live reload', why: 'corosync runs it already' }), recreated: [] }

/** All nodes hold the same file, so that any one's will do. */
async function rolloutPlanOf(scope: Scope, loaded: CorosyncState[]): Promise<RolloutPlan> {
  return planRollout(loaded[0]!.conf!, loaded, scope, { mayResume: true })
}

function hasClass({ changes, judge }: RolloutPlan, ...classes: string[]): boolean {
  return changes.some(({ changes: some }) => some.some(change => classes.includes(judge(change).class)))
}

function isStale({ member }: CorosyncState, { changes }: RolloutPlan): boolean {
  return changes.some(({ member: other, changes: some }) => other === member && some.length > 0)
}

/** A daemon that has just been started may not answer yet. */
async function untilAnswering({ abandon, progress }: Scope, loaded: CorosyncState[]): Promise<void> {
  const silent = loaded.filter(({ active, keys }) => active && !keys).map(({ member }) => member)
  await until(on('corosync to answer', silent), joinTime, async () => {
    const answers = await Promise.all(silent.map(member => member.readAgain(runningKeys)))
    return answers.every(keys => keys !== undefined) || undefined
  }, { abandon, progress })
}

/** Rule 9.1: nothing is loaded while nodes hold different files. @throws TaskError also where one has none. */
function refuseUnequalConf(loaded: CorosyncState[]): void {
  if (loaded.some(({ conf }) => conf === undefined)) {
    throw new TaskError(`${confPath} is missing on ${loaded.filter(({ conf }) => conf === undefined).map(({ member }) => member.name).join(', ')}`, {
      hint: 'run the corosync role first: `ha-run corosync`',
    })
  }
  if (new Set(loaded.map(({ conf }) => conf)).size > 1) {
    throw new TaskError(`${confPath} is not the same on every node`, { hint: 'run the corosync role first, for all nodes' })
  }
}

/** How what the nodes' Corosync runs differs from their files. */
function differences(loaded: CorosyncState[], way: RolloutPlan): Difference[] {
  const down = loaded.filter(({ active, keys }) => !active || !keys)
    .map(({ member, active }) => ({ subject: `corosync on ${member.name}`, from: active ? 'starting' : 'stopped', to: 'running' }))
  const keys = way.changes.flatMap(({ member, changes }) => changes.map(change => [member, { ...change, subject: `${change.subject} that corosync runs with`, note: noteOf(way.judge(change), way) }] as const))
  const secrets = way === asItRuns ? [] : loaded.filter(takesUpKey).map(({ member, keys: running, keyHash }) => [member, {
    subject: 'key that corosync runs with', from: fingerprint(running!.get(keyNote)!.value), to: fingerprint(keyHash ?? ''), note: 'live: a reload gives it to all nodes at once',
  }] as const)
  return [...down, ...groupedOverNodes([...keys, ...secrets].map(([member, difference]) => [member, difference]))]
}

/** All nodes hold the same key (rule 9.1), so that a reload gives it to all at once (cluster-facts C4). */
function takesUpKey({ keys, keyHash }: CorosyncState): boolean {
  const noted = keys?.get(keyNote)?.value
  return noted !== undefined && noted !== keyHash
}
