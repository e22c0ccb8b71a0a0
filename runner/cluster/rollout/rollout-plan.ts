import { TaskError } from '../../errors.js'
import type { Difference } from '../../tasks/difference.js'
import {
  changeClasses,
  classify,
  mostDisruptive,
  recreatedLink,
  type ChangeClass,
  type ChangeEffect,
} from '../corosync/change-class.js'
import { parseCorosyncConf } from '../corosync/conf.js'
import type { Cluster } from '../declaration/declaration.js'
import { flatten } from '../corosync/settings.js'
import { isDeclarable } from '../declaration/corosync-settings.js'
import { byNodeId, configured } from '../corosync/setting-differences.js'
import { notInForce, oldestCorosync, type CorosyncState } from '../corosync/state.js'
import { corosyncLinks } from '../corosync/facts.js'
import { readOnAll, type ClusterMember, type Scope } from '../members.js'
import { runsDebianDefault } from '../corosync/node-ids.js'
import { drainedIn } from './temporary-settings.js'
import { changesEncryption, hasOtherKey, mayHaveOtherKey, refuseUnprotectedRekeying } from './rekey.js'
import { quorumEffect } from './quorum-effect.js'
import { findRollingObstacle } from './rolling-refusal.js'
import { refuseMixedVersions } from './mixed-versions.js'
import { lostProtection } from './lost-protection.js'

/** How a running cluster gets from its present settings to those of a corosync.conf. */
export interface RolloutPlan {
  /** The most disruptive class of all changes; undefined if no running setting would change. */
  class: ChangeClass | undefined
  /** The settings in which each node differs from the file. */
  changes: { member: ClusterMember; changes: Difference[] }[]
  effectOf: (change: Difference) => ChangeEffect
  /** Links whose address or protocol changes: they are removed and added again. */
  recreatedLinks: number[]
  /** Whether a reload changes the encryption, or may make the nodes load another authkey. */
  rekeys: boolean
  /** Why nodes that should restart one after the other cannot: then all stop at once, as the user has allowed. */
  obstacle?: string
  /** What a reload does to the quorum, as a sentence; absent if the votes stay as they are. */
  quorumEffect?: string
}

/**
 * Plans how the running nodes get to a corosync.conf.
 *
 * @param mayResume - the files are already in place, so a stopped or drained node may be the trace of an interrupted
 *   rolling restart. Each node is then checked only when its turn comes.
 * @throws TaskError if the nodes have different versions of Corosync, or if the plan needs an outage that the user has not allowed, with every setting, both values and the
 *   reason.
 */
export async function planRollout(
  conf: string,
  states: CorosyncState[],
  scope: Scope,
  { mayResume = false } = {},
): Promise<RolloutPlan> {
  const running = states.filter(({ active, cmap }) => active && cmap && !runsDebianDefault(cmap))
  const changes = running.map(({ member, cmap }) => ({ member, changes: notInForce(conf, cmap!, member.name) }))
  const all = changes.flatMap(({ changes: some }) => some)
  if (all.length === 0) {
    const rekeys = running.some(hasOtherKey)
    if (rekeys) await refuseUnprotectedRekeying(scope)
    return {
      class: undefined,
      changes,
      effectOf: () => ({ class: 'live reload', why: 'corosync runs it already' }),
      recreatedLinks: [],
      rekeys,
    }
  }
  const file = byNodeId(flatten(parseCorosyncConf(conf)))
  const changesLinks = all.some(({ subject }) => /\.(ring\d+_addr|knet_transport)$/.test(subject))
  const hasUnchangedLink =
    !changesLinks ||
    (await hasConnectedLink(
      running,
      running.map(({ cmap }) => unchangedLinks(byNodeId(configured(cmap!)), file)),
    ))
  const version = await oldestCorosync(scope.members)
  const effectOf = (change: Difference) => {
    const effect = classify(change, { version, hasUnchangedLink })
    const loss = lostProtection(change)
    return loss === undefined ? effect : { ...effect, why: `${effect.why}; ${loss}` }
  }
  const recreatedLinks = [...new Set(all.flatMap(change => recreatedLink(change) ?? []))]
  const effect = changesVotes(all) ? running[0]?.quorum && quorumEffect(conf, running[0].quorum) : undefined
  const classes = all.map(change => effectOf(change).class)
  const isReloaded = classes.some(name => name === 'live reload' || name === 'two-step reload')
  const plan: RolloutPlan = {
    class: mostDisruptive(classes),
    changes,
    effectOf,
    recreatedLinks,
    rekeys: isReloaded && (changesEncryption(all) || running.some(mayHaveOtherKey)),
    ...(effect && { quorumEffect: effect.sentence }),
  }
  if (effect?.isLost && plan.class !== 'full stop') {
    throw new TaskError(`the running nodes would lose their quorum, and nothing was changed: ${effect.sentence}`, {
      hint: 'start Corosync on all nodes first; `corosync-quorumtool -s` shows who votes',
    })
  }
  if (plan.class !== 'full stop') await refuseMixedVersions(scope.members)
  if (plan.rekeys && plan.class !== 'full stop') await refuseUnprotectedRekeying(scope)
  if (plan.class === 'rolling restart') {
    const isResumed = mayResume && (states.some(({ active }) => !active) || (await drainedIn(scope.members)).length > 0)
    const obstacle = isResumed ? undefined : await findRollingObstacle(conf, states, scope)
    if (obstacle === undefined) return plan
    if (!scope.consent.outage) throw refusal('corosync cannot be restarted one node at a time', plan, obstacle)
    return { ...plan, class: 'full stop', obstacle }
  }
  if (plan.class === 'full stop' && !scope.consent.outage)
    throw refusal('corosync would have to be stopped on all nodes at once', plan)
  return plan
}

/**
 * A reload loads the whole file. On a foreign cluster, settings that somebody has written but not yet loaded are not
 * ha-run's to load.
 *
 * @throws TaskError if the plan changes other settings than declared ones.
 */
export function refuseUnloadedChanges({ changes }: RolloutPlan, { explicit }: Cluster): void {
  const others = changes.flatMap(({ member: { name }, changes: some }) =>
    some
      .filter(({ subject }) => !(subject in explicit.corosync))
      .map(({ subject, from, to }) => `${subject} (${valueText(from)}, and ${valueText(to)} in the file) on ${name}`),
  )
  if (others.length === 0) return
  throw new TaskError(
    `corosync.conf has settings that Corosync does not run with: ${others.join(', ')}. A reload would load them too`,
    {
      hint: 'load them by hand, or remove them from the file, then run again',
    },
  )
}

/** Whether settings change on which the votes or the quorum depend. */
function changesVotes(changes: Difference[]): boolean {
  return changes.some(({ subject }) => /^quorum\.(expected_votes|two_node|device\.(model|votes))$/.test(subject))
}

/** The links that have the same addresses before and after. */
export function unchangedLinks(before: Map<string, string>, after: Map<string, string>): number[] {
  const links = linksOf(before)
  return [...linksOf(after)].filter(([link, addresses]) => links.get(link) === addresses).map(([link]) => Number(link))
}

/**
 * Whether one of the links that stay unchanged on every node is up to every peer, so that it can carry the ring alone.
 */
async function hasConnectedLink(running: CorosyncState[], unchanged: number[][]): Promise<boolean> {
  const [first = []] = unchanged
  const common = first.filter(link => unchanged.every(links => links.includes(link)))
  const states = await readOnAll(
    running.map(({ member }) => member),
    corosyncLinks,
  )
  const ids = running.map(({ quorum }) => quorum?.nodeId)
  return common.some(number =>
    states.every(
      ([, links]) =>
        links
          ?.find(({ link }) => link === number)
          ?.peers.every(({ nodeId, connected }) => connected || !ids.includes(nodeId)) ?? links?.length === 0,
    ),
  )
}

/** The addresses of each link as one text, ordered by node id. */
function linksOf(settings: Map<string, string>): Map<string, string> {
  const links = new Map<string, string>()
  for (const [setting, address] of [...settings].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const [, id, link] = /^nodelist\.nodeid\.(\d+)\.ring(\d+)_addr$/.exec(setting) ?? []
    if (link !== undefined) links.set(link, `${links.get(link) ?? ''} ${id}=${address}`)
  }
  return links
}

function refusal(what: string, plan: RolloutPlan, obstacle?: string): TaskError {
  const rank = (change: Difference) => changeClasses.indexOf(plan.effectOf(change).class)
  const values = plan.changes
    .flatMap(({ changes }) => changes)
    .toSorted((one, other) => rank(other) - rank(one))
    .map(
      change =>
        `${change.subject} is ${valueText(change.from)} and would be ${valueText(change.to)} (${noteOf(plan.effectOf(change), plan)})`,
    )
  return new TaskError(
    `${what}, and nothing was changed: ${[...(obstacle === undefined ? [] : [obstacle]), ...new Set(values)].join('; ')}`,
    {
      hint:
        `${declareRunningHint(plan.changes.flatMap(({ changes }) => changes.map(({ subject }) => subject)))}; ` +
        'or `--allow-outage` stops Corosync and Pacemaker on all nodes, applies the change and starts them again; nothing fails over meanwhile',
    },
  )
}

/**
 * How to leave everything as it runs. Settings that an inventory cannot declare were added to the file by hand, and
 * ha-run would remove them.
 */
function declareRunningHint(settings: string[]): string {
  const undeclarable = [...new Set(settings.filter(setting => !isDeclarable(setting)))]
  if (undeclarable.length === 0) return 'declare the running values'
  return `declare the running values; an inventory cannot declare ${undeclarable.join(', ')}, which somebody has added to the file by hand and ha-run would remove`
}

function valueText(value: string | undefined): string {
  return value ?? '(not set)'
}

/** The class of a change and its reason, as the note of a difference. */
export function noteOf({ class: name, why }: ChangeEffect, { obstacle }: RolloutPlan): string {
  const labels: Record<ChangeClass, string> = {
    'live reload': 'live',
    'two-step reload': 'two-step reload',
    'rolling restart': 'rolling restart, one node at a time',
    'full stop': 'full stop, nothing fails over meanwhile',
  }
  if (name === 'rolling restart' && obstacle !== undefined) return `${labels['full stop']}: ${obstacle}`
  return `${labels[name]}: ${why}`
}
