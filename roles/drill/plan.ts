import { servesPage, type Cluster } from '../../runner/cluster/declaration/declaration.js'
import { bearersOf } from '../../runner/cluster/cib/identity.js'
import { howText, splitsBrain, type DrillSettings } from '../../runner/cluster/drill.js'
import { withStandby } from '../../runner/cluster/pacemaker/drain.js'
import { simulate } from '../../runner/cluster/pacemaker/forecast.js'
import { readCorosyncState } from '../../runner/cluster/corosync/state.js'
import type { ClusterMember, TrialScope } from '../../runner/cluster/members.js'
import { cibOf, drainedIn } from '../../runner/cluster/rollout/temporary-settings.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { rollRefusal } from '../../runner/cluster/rollout/rolling-refusal.js'
import { effectSentences } from '../../runner/cluster/pacemaker/transition.js'
import { TaskError } from '../../runner/errors.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { longestFault } from './auto-recovery.js'
import { drillObstacle, holderOf } from './obstacle.js'
import { wayToPage } from './visitors.js'
import { faults } from './faults/index.js'
import type { Target, Fault } from './faults/way.js'

/** Who is drilled in a round, and how. */
export interface Subject {
  way: Fault
  target: Target
  drilled: ClusterMember
  /** Ids of the resources that bring up the floating IP. */
  bearers: string[]
  /** The other members. */
  others: ClusterMember[]
  /** The cluster as it is when all is well. */
  before: ClusterState
}

/**
 * Chooses the node of the next round. Reads, never writes.
 *
 * @throws TaskError where it must not be drilled now.
 */
export async function subjectOf(cluster: Cluster, { how, daemon, node }: DrillSettings, scope: TrialScope): Promise<Subject> {
  const { members, selected } = scope
  const [before, found] = await Promise.all([stateOf(scope), cibOf(members)])
  const bearers = found ? bearersOf(found.cib, cluster.floatingIp.address) : []
  const name = node ?? (before && holderOf(bearers, before))
  if (name === undefined) throw refusal('no node has the floating IP', 'name a node by --node')
  const obstacle = drillObstacle(name, before, await drainedIn(members))
  if (obstacle !== undefined) throw refusal(`${name} is not drilled: ${obstacle}`, 'a drill begins with a cluster in which nothing is amiss')
  const drilled = selected.find(member => member.name === name)
  if (!drilled) throw refusal(`${name} is not selected`, 'choose another node by --node, or run without --limit')
  const loaded = await readCorosyncState(members)
  const loss = await rollRefusal(loaded.find(({ member }) => member === drilled)?.conf ?? '', loaded, scope, [name])
  if (loss !== undefined) throw refusal(`${name} is not drilled: ${loss}`, 'the others could not take over')
  const way = faults[how]
  if (way.needs && (await drilled.$({ nothrow: true }).script(way.needs.test)).exitCode !== 0) throw refusal(`${howText({ how, daemon })} is not possible on ${name}: ${way.needs.missing}`)
  return { way, target: { cluster, node: name, daemon }, drilled, bearers, others: members.filter(member => member !== drilled), before: before! }
}

/** What a drill will do, as sentences. @throws TaskError where it must not be done. */
export async function drillPlan(cluster: Cluster, settings: DrillSettings, scope: TrialScope): Promise<string[]> {
  if (!servesPage(cluster)) throw refusal('there is no page to ask for: the cluster declares no Apache')
  const subject = await subjectOf(cluster, settings, scope)
  const { way, target, drilled: { name }, others } = subject
  const { rounds, node } = settings
  const { through } = await wayToPage(cluster, others)
  const address = cluster.floatingIp.address
  return [
    `${name} ${way.words(target)}`,
    ...rounds === 1 ? [] : [`${rounds} rounds, ${node === undefined ? `each of the node that has ${address} then` : `all of ${name}`}`],
    ...way.end(target) === 'elsewhere' ? effectSentences(await simulated(subject, scope)) : [],
    ...splitsBrain(settings) ? [`both ${name} and another node may have ${address} until ${name} is put right: fencing is disabled`] : [],
    `the page is asked for 25 times a second, ${through === undefined ? 'from here' : `through ${through.name}`}`,
    way.boots ? `${name} is waited for until it is back` : `${name} is put right afterwards; if this run or its connection dies, it does that itself, after ${longestFault} s at the latest`,
  ]
}

async function simulated({ drilled: { name } }: Subject, { members }: TrialScope) {
  const found = await cibOf(members)
  return found ? simulate(found.member, withStandby(found.cib, name)) : []
}

function refusal(message: string, hint?: string): TaskError {
  return new TaskError(`${message}; nothing was done`, { ...hint !== undefined && { hint } })
}
