import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { howText, type DrillSettings } from '../../runner/cluster/drill.js'
import { quorum } from '../../runner/cluster/corosync/facts.js'
import { reachable, type TrialScope } from '../../runner/cluster/members.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { InterruptedError, TaskError } from '../../runner/errors.js'
import { now, type HttpProbe } from '../../runner/ssh/http-probe.js'
import { CommandError } from '../../runner/ssh/remote.js'
import { clockOffset } from './clock.js'
import { armScript } from './auto-recovery.js'
import { journalScript, parseJournal } from './journal.js'
import { holderOf } from './obstacle.js'
import { subjectOf, type Subject } from './plan.js'
import { markBoot, putRight, unmarkBoot, untilWell } from './restore.js'
import { roundOf, type Seen } from './result.js'
import { fail, takenOver } from './takeover.js'
import { visitors } from './visitors.js'
import { Watch } from './watch.js'

/** Makes the rounds, each with a whole cluster at its beginning and its end. @throws TaskError where one of them has failed. */
export async function drillRounds(cluster: Cluster, settings: DrillSettings, scope: TrialScope): Promise<string[]> {
  const failed: string[] = []
  const remarks: string[] = []
  for (let round = 1; round <= settings.rounds; round += 1) {
    const turn = settings.rounds === 1 ? '' : `round ${round} of ${settings.rounds}: `
    if (scope.stop.aborted) throw new InterruptedError(`interrupted: ${round - 1} of ${settings.rounds} rounds were made`)
    const { reason, said } = await drillRound(cluster, settings, round, { ...scope, progress: text => scope.progress(text && turn + text) })
    if (reason !== undefined) failed.push(turn + reason)
    remarks.push(...said)
  }
  if (failed.length > 0) throw new TaskError(failed.join('; '))
  return remarks
}

async function drillRound(cluster: Cluster, settings: DrillSettings, round: number, scope: TrialScope): Promise<{ reason: string | undefined; said: string[] }> {
  const { members, report } = scope
  const subject = await subjectOf(cluster, settings, scope)
  const { way, target, others } = subject
  const probe = await visitors(cluster, others, scope)
  const watches = members.map(member => ({ member, watch: new Watch(member, cluster.floatingIp.address) }))
  try {
    const offsets = new Map(await Promise.all(members.map(async member => [member.name, await clockOffset(member)] as const)))
    const listening = await Promise.all(watches.map(async ({ watch }) => watch.start(cluster.name)))
    const deaf = members.filter((_, at) => !listening[at]).map(({ name }) => `${name} allows no second session: when it held the address is not known`)
    const course = await subject.drilled.expectDisconnect(async () => failAndReturn(subject, offsets.get(target.node)!, probe, scope))
    const after = await stateOf(scope)
    const asked = probe.stop()
    const { failedAt } = course
    const witnesses = reachable(way.takesPart(target) ? members : others)
    const seen: Seen = {
      cluster: cluster.name, round, rounds: settings.rounds, how: howText(settings), node: target.node, words: way.words(target),
      answers: asked.map(({ at, ms, server, error }) => ({ at: at - failedAt, ms, node: server === '' ? undefined : server, error })),
      entries: (await Promise.all(witnesses.map(async ({ name, $ }) => {
        const offset = offsets.get(name)!
        const { stdout } = await $.script(journalScript((failedAt + offset) / 1000))
        return parseJournal(stdout).map(entry => ({ ...entry, at: entry.at - offset - failedAt, by: name }))
      }))).flat(),
      held: await Promise.all(watches.map(async ({ member, watch }) => watch.stop(offsets.get(member.name)!))),
      holders: { before: holderOf(subject.bearers, subject.before), then: course.holder, after: after && holderOf(subject.bearers, after) },
      restoredAt: course.restoredAt - failedAt, wellAt: course.wellAt && course.wellAt - failedAt,
      maxOutage: settings.maxOutage,
      trouble: course.trouble ?? probe.broken,
    }
    const { event, signal } = roundOf(seen)
    report(signal)
    report(event)
    if (course.unwell) throw course.unwell
    return { reason: event.reason, said: [...deaf, ...course.said] }
  } finally {
    probe.stop()
    await Promise.allSettled(watches.map(async ({ watch }) => watch.stop(0)))
  }
}

/** How a round went; times by this machine's clock. */
interface Course {
  failedAt: number
  holder: string | undefined
  restoredAt: number
  wellAt: number | undefined
  /** Why the service did not come back. */
  trouble: string | undefined
  /** What kept the cluster from being whole again. */
  unwell: unknown
  said: string[]
}

/** Makes the node fail, waits until the cluster has got over it, and puts the node right, whatever happens in between. */
async function failAndReturn(subject: Subject, offset: number, probe: HttpProbe, scope: TrialScope): Promise<Course> {
  const { way, target, drilled, others, before } = subject
  const ring = await others[0]!.read(quorum)
  const course: Course = { failedAt: now(), holder: undefined, restoredAt: 0, wellAt: undefined, trouble: undefined, unwell: undefined, said: [] }
  await drilled.$.script(way.boots ? markBoot : armScript(target.cluster.name, way.undo(target)))
  let broken: unknown
  let hasBegun = false
  let hasStayed = false
  try {
    scope.progress(`${drilled.name} ${way.words(target)}`)
    course.failedAt = await fail(subject, offset)
    hasBegun = true
    course.holder = await takenOver(subject, ring, course.failedAt, probe, scope)
  } catch (error) {
    if (error instanceof TaskError) course.trouble = [error.message, error.output].filter(Boolean).join(': ')
    else broken = error
    hasStayed = way.boots === true && !hasBegun && error instanceof CommandError
  }
  course.restoredAt = now()
  try {
    // A node that refused to reboot has answered: there is no boot to wait for.
    if (hasStayed) await drilled.$.script(unmarkBoot)
    else await putRight(subject, scope)
    course.said = await untilWell(before, scope)
    course.wellAt = now()
  } catch (error) {
    course.unwell = error
  }
  // An interruption is no round; it waits until nothing of it is left.
  if (broken !== undefined) throw course.unwell ?? broken
  return course
}
