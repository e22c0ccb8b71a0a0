import type { Clock } from '../clock.js'
import { ConnectError } from '../errors.js'
import type { CheckCache } from './check-cache.js'
import type { Member, NodeLike } from '../tasks/member.js'
import type { RunEvents } from './run-events.js'
import type { ScheduledTask } from './schedule.js'
import type { Verdict } from '../tasks/task.js'
import { watch } from './watch.js'

/** Seconds that assertions may take to come true after this run has changed something. */
const settleTime = 30

/** Seconds for which assertions must hold where nobody said how long: for `ha-run verify`, and after a change. */
export const stableTime = 5

export interface AssertOptions<N extends NodeLike> {
  members: Member<N>[]
  checks: CheckCache<N>
  events: RunEvents<N>
  /**
   * Seconds for which assertions must go on holding once they do; 0: one look will do. Left out: `stableTime` where this
   * run has changed something, else one look.
   */
  stable?: number | undefined
  /** Aborted by the first Ctrl-C: nothing is waited for any more. */
  stop: AbortSignal
  clock: Clock
}

/**
 * Assertions that follow each other are watched together: all that is asked for them travels together, and they have to hold
 * together.
 *
 * @param chosen - the selected members.
 */
export async function assertTogether<N extends NodeLike>(scheduled: ScheduledTask<N>[], chosen: Member<N>[], { members, checks, events, stop, clock, ...options }: AssertOptions<N>): Promise<void> {
  const { anyChanged } = events.outcomes
  const first = scheduled[0]!
  const all = scheduled.length === 1 ? first : { ...first, name: `${scheduled.length} assertions` }
  events.begins(all, undefined, false)
  const progress = events.progressOf(all, undefined)
  const stable = options.stable ?? (anyChanged ? stableTime : 0)
  const { watched, checks: count } = await watch(scheduled.map(slot => ({ look: async again => verdictOf(slot, chosen, checks, again) })), {
    settle: anyChanged ? settleTime : 0,
    stable,
    stop,
    clock,
    progress: progress.tell,
    forget: () => {
      for (const member of members) member.changed()
    },
  })
  progress.end()
  events.rests(all, undefined)
  for (const [at, slot] of scheduled.entries()) {
    const { verdict, ms } = watched[at]!
    for (const { label, text } of verdict.headlines ?? []) events.headline(label, text)
    for (const event of verdict.events ?? []) events.add(event)
    events.settle(slot, undefined, verdict, ms)
  }
  if (count > 0 && !stop.aborted && watched.every(({ verdict: { status } }) => status !== 'failed')) {
    events.headline('stable', `for ${stable} s, in ${count + 1} checks`)
  }
}

/** One look, from the first of the nodes that is still there; one that was lost since is left out of a second look. */
async function verdictOf<N extends NodeLike>(slot: ScheduledTask<N>, chosen: Member<N>[], checks: CheckCache<N>, again: boolean): Promise<Verdict> {
  const leader = () => chosen.find(({ trouble }) => trouble === undefined) ?? chosen[0]!
  const early = again ? checks.again(slot, leader()) : checks.finding(slot, leader())
  return await early.catch(async error => {
    if (error instanceof ConnectError) return checks.again(slot, leader())
    throw error
  }) as Verdict
}
