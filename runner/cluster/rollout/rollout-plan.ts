import { TaskError } from '../../errors.js'
import type { Difference } from '../../tasks/difference.js'
import { changeClasses, classify, hardest, recreatedLink, type ChangeClass, type Judgement } from '../corosync/change-class.js'
import { parseCorosyncConf } from '../corosync/conf.js'
import type { Cluster } from '../declaration/declaration.js'
import { flatten } from '../corosync/settings.js'
import { isDeclarable } from '../declaration/corosync-settings.js'
import { byNodeId, configured } from '../corosync/setting-differences.js'
import { notInForce, oldestCorosync, type CorosyncState } from '../corosync/state.js'
import { linkStates } from '../corosync/facts.js'
import { readOnAll, type ClusterMember, type Scope } from '../members.js'
import { runsDebianDefault } from '../corosync/node-ids.js'
import { drainedIn } from './temporary-settings.js'
import { rollRefusal } from './rolling-refusal.js'
import { weakening } from './weakening.js'

/** How a running cluster gets from what it runs with to a file. */
export interface RolloutPlan {
  /** The hardest class of all changes; undefined where nothing that runs would change. */
  class: ChangeClass | undefined
  /** What each node runs with and the file says otherwise. */
  changes: { member: ClusterMember; changes: Difference[] }[]
  judge: (change: Difference) => Judgement
  /** Links whose address changes, or protocol: taken away and put back. */
  recreated: number[]
  /** Why a roll is not possible, where the way would be one: then all stops, as was allowed. */
  obstacle?: string
}

/**
 * How the running nodes get to a corosync.conf.
 *
 * @param mayResume - the files are in place: where a roll was interrupted, what stands in its way now may be what it
 *   left behind, and each node's turn decides.
 * @throws TaskError where the way is one that was not allowed, with every key, both values, and why.
 */
export async function planRollout(conf: string, loaded: CorosyncState[], scope: Scope, { mayResume = false } = {}): Promise<RolloutPlan> {
  const running = loaded.filter(({ active, keys }) => active && keys && !runsDebianDefault(keys))
  const changes = running.map(({ member, keys }) => ({ member, changes: notInForce(conf, keys!, member.name) }))
  const all = changes.flatMap(({ changes: some }) => some)
  if (all.length === 0) return { class: undefined, changes, judge: () => ({ class: 'live reload', why: 'corosync runs it already' }), recreated: [] }
  const file = byNodeId(flatten(parseCorosyncConf(conf)))
  const isOfLinks = all.some(({ subject }) => /\.(ring\d+_addr|knet_transport)$/.test(subject))
  const steadyLink = !isOfLinks || await areConnected(running, running.map(({ keys }) => keptLinks(byNodeId(configured(keys!)), file)))
  const version = await oldestCorosync(scope.members)
  const judge = (change: Difference) => {
    const judgement = classify(change, { version, steadyLink })
    const loss = weakening(change)
    return loss === undefined ? judgement : { ...judgement, why: `${judgement.why}; ${loss}` }
  }
  const recreated = [...new Set(all.flatMap(change => recreatedLink(change) ?? []))]
  const way = { class: hardest(all.map(change => judge(change).class)), changes, judge, recreated }
  if (way.class === 'rolling restart') {
    const isResumed = mayResume && (loaded.some(({ active }) => !active) || (await drainedIn(scope.members)).length > 0)
    const obstacle = isResumed ? undefined : await rollRefusal(conf, loaded, scope)
    if (obstacle === undefined) return way
    if (!scope.consent.outage) throw refusal('corosync cannot be restarted one node at a time', way, obstacle)
    return { ...way, class: 'full stop', obstacle }
  }
  if (way.class === 'full stop' && !scope.consent.outage) throw refusal('corosync would have to be stopped on all nodes at once', way)
  return way
}

/**
 * A reload loads a whole file. On a cluster that somebody else has built, what he has written and not loaded is his to load.
 * @throws TaskError where the way to a declared setting has other changes in it.
 */
export function refusePending({ changes }: RolloutPlan, { explicit }: Cluster): void {
  const others = changes.flatMap(({ member: { name }, changes: some }) => some.filter(({ subject }) => !(subject in explicit.corosync)).map(({ subject, from, to }) => `${subject} (${valueText(from)}, and ${valueText(to)} in the file) on ${name}`))
  if (others.length === 0) return
  throw new TaskError(`corosync.conf has what Corosync does not run with: ${others.join(', ')}. A reload would load that too`, { hint: 'load it by hand, or take it out of the file, then run again' })
}

/** The links that have the same addresses before and after. */
export function keptLinks(before: Map<string, string>, after: Map<string, string>): number[] {
  const links = linksOf(before)
  return [...linksOf(after)].filter(([link, addresses]) => links.get(link) === addresses).map(([link]) => Number(link))
}

/** Whether one of the links that each node keeps is up to every peer, so that it can carry the ring alone. */
async function areConnected(running: CorosyncState[], kept: number[][]): Promise<boolean> {
  const [first = []] = kept
  const common = first.filter(link => kept.every(links => links.includes(link)))
  const states = await readOnAll(running.map(({ member }) => member), linkStates)
  const ids = running.map(({ quorum }) => quorum?.nodeId)
  return common.some(number => states.every(([, links]) => links?.find(({ link }) => link === number)?.peers
    .every(({ nodeId, connected }) => connected || !ids.includes(nodeId)) ?? links?.length === 0))
}

/** The addresses of each link, by node id, as one text. */
function linksOf(keys: Map<string, string>): Map<string, string> {
  const links = new Map<string, string>()
  for (const [key, address] of [...keys].toSorted(([one], [other]) => one < other ? -1 : 1)) {
    const [, id, link] = /^nodelist\.nodeid\.(\d+)\.ring(\d+)_addr$/.exec(key) ?? []
    if (link !== undefined) links.set(link, `${links.get(link) ?? ''} ${id}=${address}`)
  }
  return links
}

function refusal(what: string, way: RolloutPlan, obstacle?: string): TaskError {
  const rank = (change: Difference) => changeClasses.indexOf(way.judge(change).class)
  const values = way.changes.flatMap(({ changes }) => changes)
    .toSorted((one, other) => rank(other) - rank(one))
    .map(change => `${change.subject} is ${valueText(change.from)} and would be ${valueText(change.to)} (${noteOf(way.judge(change), way)})`)
  return new TaskError(`${what}, and nothing was changed: ${[...obstacle === undefined ? [] : [obstacle], ...new Set(values)].join('; ')}`, {
    hint: `${remedy(way.changes.flatMap(({ changes }) => changes.map(({ subject }) => subject)))}; or \`--allow-outage\` stops Corosync and Pacemaker on all nodes, changes this and starts them again: nothing fails over meanwhile`,
  })
}

/** What to do where all stays as it runs. What an inventory cannot say is in the file by hand, and would go from it. */
function remedy(settings: string[]): string {
  const unsayable = [...new Set(settings.filter(setting => !isDeclarable(setting)))]
  if (unsayable.length === 0) return 'declare what runs'
  return `declare what runs; an inventory cannot declare ${unsayable.join(', ')}, which somebody has put into the file by hand and ha-run would take out`
}

function valueText(value: string | undefined): string {
  return value ?? '(not set)'
}

/** A class with its reason, as the note of a difference. */
export function noteOf({ class: name, why }: Judgement, { obstacle }: RolloutPlan): string {
  const words: Record<ChangeClass, string> = {
    'live reload': 'live',
    'two-step reload': 'two-step reload',
    'rolling restart': 'rolling restart, one node at a time',
    'full stop': 'full stop, nothing fails over meanwhile',
  }
  if (name === 'rolling restart' && obstacle !== undefined) return `${words['full stop']}: ${obstacle}`
  return `${words[name]}: ${why}`
}
