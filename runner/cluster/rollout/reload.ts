import { sha256 } from '../../hash.js'
import { until } from '../../tasks/until.js'
import { TaskError } from '../../errors.js'
import { fileState } from '../../facts/files.js'
import { confAttributes, confPath, keyPath } from '../corosync/files.js'
import { replaceOnAll, validateConf } from './shared-file.js'
import { recordLoadedKey } from './authkey.js'
import { runningCmap } from '../corosync/facts.js'
import { oldValuePrefix } from '../corosync/in-force.js'
import { notInForce, type CorosyncState } from '../corosync/state.js'
import type { ClusterMember, Scope } from '../members.js'
import { mayBeSplitByKeys, whileRekeying } from './rekey.js'
import { isOneRing, ringsText, ringView, untilLinksConnected, untilRingHolds, type RingView } from './ring-watch.js'
import type { RolloutPlan } from './rollout-plan.js'

/**
 * Applies by a reload what a reload can change.
 *
 * @returns what became of the ring meanwhile, as sentences.
 */
export async function reloadCorosync(scope: Scope, states: CorosyncState[], plan: RolloutPlan): Promise<string[]> {
  const reload = async () => reloadInSteps(scope, states, plan)
  if (plan.rekeys) {
    const running = states.filter(({ active }) => active)
    const rings = await ringView(running)
    refuseSplit(running, rings, plan)
    // Looked at again before each reload; here too, since maintenance mode can end only once all nodes are in one ring.
    await refuseChangedFiles(scope, states)
    return whileRekeying(scope, rings, reload)
  }
  await reload()
  return []
}

/**
 * A link whose address changes is removed by a first reload and added again by a second one. After an interruption between
 * the two, the next run finds a file without the link and adds it.
 *
 * @returns for how many seconds the ring was broken.
 */
async function reloadInSteps(scope: Scope, states: CorosyncState[], plan: RolloutPlan): Promise<number> {
  if (plan.recreatedLinks.length === 0) return reloadOnce(scope, states, plan)
  const members = states.map(({ member }) => member)
  const without = states.map(node => ({ ...node, conf: withoutLinks(node.conf!, plan.recreatedLinks) }))
  await refuseChangedFiles(scope, states)
  await replaceOnAll(members, confPath, without[0]!.conf, confAttributes, validateConf)
  const brokenSeconds = await reloadOnce(scope, without, plan)
  await replaceOnAll(members, confPath, states[0]!.conf!, confAttributes, validateConf)
  return brokenSeconds + (await reloadOnce(scope, states, plan))
}

/** A corosync.conf without the addresses of these links. */
export function withoutLinks(conf: string, links: number[]): string {
  return conf
    .split('\n')
    .filter(line => !links.some(link => line.trim().startsWith(`ring${link}_addr:`)))
    .join('\n')
}

/**
 * One reload, in which every node reads its own file. Checks beforehand that all files are still the same, and
 * afterwards that every node runs with the new values: the exit code is 0 even if Corosync ignored a setting
 * (docs/facts.md, Reload and restart).
 *
 * @returns for how many seconds the ring was broken.
 */
async function reloadOnce(scope: Scope, states: CorosyncState[], plan: RolloutPlan): Promise<number> {
  const { leader, abandon, progress } = scope
  await refuseChangedFiles(scope, states)
  const running = states.filter(({ active }) => active)
  const before = await ringView(running)
  refuseSplit(running, before, plan)
  await Promise.all(running.map(node => recordOldValues(node, plan)))
  await Promise.all(oneOfEachRing(running, before, leader).map(({ $ }) => $({ timeout: '30s' })`corosync-cfgtool -R`))
  for (const { member, conf } of running) {
    await until(
      `${member.name} to run with the new ${confPath}`,
      15,
      async () => {
        const cmap = await member.readAgain(runningCmap)
        const pending = cmap && notInForce(conf!, cmap, member.name).filter(change => isLive(change.subject, plan))
        return pending?.length === 0 ? true : undefined
      },
      { hint: `see \`journalctl -u corosync\` on ${member.name} for errors of the reload`, abandon, progress },
    )
  }
  const brokenSeconds = plan.rekeys ? await untilRingHolds(running, before, scope) : 0
  await Promise.all(
    running.map(async ({ member, keyHash }) => (keyHash === undefined ? undefined : recordLoadedKey(member, keyHash))),
  )
  await untilLinksConnected(running, before.links, scope)
  return brokenSeconds
}

/** A reload reaches the nodes of one ring. */
function oneOfEachRing(running: CorosyncState[], { rings }: RingView, leader: ClusterMember): ClusterMember[] {
  return [...new Set(rings)].map(ring => {
    const members = running.filter((_, at) => rings[at] === ring).map(({ member }) => member)
    return members.find(member => member === leader) ?? members[0]!
  })
}

/** Nodes that the network keeps apart would stay apart, and nobody could say which of them has loaded its file. */
function refuseSplit(running: CorosyncState[], view: RingView, { rekeys }: RolloutPlan): void {
  if (isOneRing(view) || (rekeys && mayBeSplitByKeys(running, view))) return
  throw new TaskError(`the nodes are not in one ring (${ringsText(running, view)}): nothing was loaded`, {
    hint: '`corosync-cfgtool -s` on the nodes shows which link is down',
  })
}

/** @throws TaskError if a node is unreachable or its files have changed since they were read. */
export async function refuseChangedFiles({ members }: Pick<Scope, 'members'>, states: CorosyncState[]): Promise<void> {
  if (states.length < members.length || members.some(({ unreachable }) => unreachable)) {
    const missing = members.filter(({ unreachable }) => unreachable).map(({ name }) => name)
    throw new TaskError(`${missing.join(', ')} unreachable: nothing was loaded, because its files cannot be compared`)
  }
  await Promise.all(
    states.map(async ({ member, conf, keyHash }) => {
      const [confNow, keyNow] = await Promise.all([
        member.readAgain(fileState(confPath)),
        member.read(fileState(keyPath)),
      ])
      if (confNow?.hash === sha256(conf!) && keyNow?.hash === keyHash) return
      throw new TaskError(
        `${confPath} or ${keyPath} on ${member.name} was changed by somebody else during this run: nothing was loaded`,
        { hint: 'run again' },
      )
    }),
  )
}

function isLive(setting: string, { effectOf }: RolloutPlan): boolean {
  return effectOf({ subject: setting, from: undefined, to: undefined }).class === 'live reload'
}

/**
 * After a reload, the cmap shows new values that need a restart as if they were applied, so the old ones are recorded
 * (`in-force.ts`).
 */
async function recordOldValues(
  { member: { $, name } }: CorosyncState,
  { changes, effectOf }: RolloutPlan,
): Promise<void> {
  const needRestart =
    changes
      .find(({ member }) => member.name === name)
      ?.changes.filter(change => effectOf(change).class === 'rolling restart') ?? []
  for (const { subject, from } of needRestart) {
    await $`corosync-cmapctl -s ${oldValuePrefix + subject} str ${from === undefined ? '-' : `=${from}`}`
  }
}
