import type { Clock } from '../clock.js'
import { ConnectError } from '../errors.js'
import type { Looks } from './looks.js'
import type { Member, NodeLike } from './member.js'
import type { Narrator } from './narrator.js'
import type { Slot } from './plan.js'
import type { Verdict } from './task.js'
import { watch } from './watch.js'

/** Seconds that assertions may take to come true after this run has changed something. */
const settleTime = 30

/** Seconds for which assertions must hold where nobody said how long: for `ha-run verify`, and after a change. */
export const stableTime = 5

export interface AssertOptions<N extends NodeLike> {
  members: Member<N>[]
  looks: Looks<N>
  narrator: Narrator<N>
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
export async function assertTogether<N extends NodeLike>(slots: Slot<N>[], chosen: Member<N>[], { members, looks, narrator, stop, clock, ...options }: AssertOptions<N>): Promise<void> {
  const { anyChanged } = narrator.outcomes
  const first = slots[0]!
  const all = slots.length === 1 ? first : { ...first, name: `${slots.length} assertions` }
  narrator.begins(all, undefined, false)
  const progress = narrator.progressOf(all, undefined)
  const stable = options.stable ?? (anyChanged ? stableTime : 0)
  const { watched, looks: count } = await watch(slots.map(slot => ({ look: async again => verdictOf(slot, chosen, looks, again) })), {
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
  narrator.rests(all, undefined)
  for (const [at, slot] of slots.entries()) {
    const { verdict, ms } = watched[at]!
    for (const { label, text } of verdict.headlines ?? []) narrator.headline(label, text)
    if (verdict.topology) narrator.topology(verdict.topology)
    narrator.settle(slot, undefined, verdict, ms)
  }
  if (count > 0 && !stop.aborted && watched.every(({ verdict: { status } }) => status !== 'failed')) {
    narrator.headline('stable', `for ${stable} s, in ${count + 1} looks`)
  }
}

/** One look, from the first of the nodes that is still there; one that was lost since is left out of a second look. */
async function verdictOf<N extends NodeLike>(slot: Slot<N>, chosen: Member<N>[], looks: Looks<N>, again: boolean): Promise<Verdict> {
  const leader = () => chosen.find(({ trouble }) => trouble === undefined) ?? chosen[0]!
  const early = again ? looks.again(slot, leader()) : looks.finding(slot, leader())
  return await early.catch(async error => {
    if (error instanceof ConnectError) return looks.again(slot, leader())
    throw error
  }) as Verdict
}
