import type { Clock } from '../clock.js'
import { ConnectError } from '../errors.js'
import type { Member, NodeLike } from '../tasks/member.js'
import type { Verdict } from '../tasks/task.js'
import type { CheckCache } from './check-cache.js'
import type { RunEvents } from './run-events.js'
import type { ScheduledAssertion } from './schedule.js'
import { watch } from './watch.js'

/** Seconds in which assertions may come true after this run has changed something. */
const settleSeconds = 30

/** Seconds for which assertions must hold by default: with `ha-run verify`, and after a change. */
export const stableSeconds = 5

export interface AssertOptions<N extends NodeLike> {
  /** All hosts that assertions may read from. */
  hosts: Member<N>[]
  checks: CheckCache<N>
  events: RunEvents<N>
  /** Seconds for which assertions must hold; 0: they are checked once. By default `stableSeconds` after a change of this run, otherwise 0. */
  stable?: number | undefined
  /** Aborted by the first Ctrl-C: waits end. */
  stop: AbortSignal
  clock: Clock
}

/**
 * Watches consecutive assertions together: their questions to a node travel together, and they must hold together.
 *
 * @param selected - the selected members.
 */
export async function assertTogether<N extends NodeLike>(
  assertions: [ScheduledAssertion<N>, ...ScheduledAssertion<N>[]],
  selected: Member<N>[],
  { hosts, checks, events, stop, clock, ...options }: AssertOptions<N>,
): Promise<void> {
  const { anyChanged } = events.outcomes
  const [first] = assertions
  const all = assertions.length === 1 ? first : { ...first, name: `${assertions.length} assertions` }
  events.started(all, undefined, false)
  const progress = events.progressOf(all, undefined)
  const stable = options.stable ?? (anyChanged ? stableSeconds : 0)
  const { watched, rechecks } = await watch(
    assertions.map(assertion => ({
      subject: assertion,
      check: async isRecheck => verdictOf(assertion, selected, checks, isRecheck),
    })),
    {
      settleSeconds: anyChanged ? settleSeconds : 0,
      stableSeconds: stable,
      stop,
      clock,
      progress: progress.report,
      lost: () => hosts.filter(({ unreachable }) => unreachable).map(({ name }) => name),
      forget: () => {
        for (const host of hosts) host.changed()
      },
    },
  )
  progress.end()
  events.paused(all, undefined)
  for (const { subject, verdict, ms } of watched) {
    for (const { label, text } of verdict.headlines ?? []) events.headline(label, text)
    for (const event of verdict.events ?? []) events.added(event)
    events.settled(subject, undefined, verdict, ms)
  }
  if (rechecks > 0 && !stop.aborted && watched.every(({ verdict: { status } }) => status !== 'failed')) {
    events.headline('stable', `for ${stable} s, in ${rechecks + 1} checks`)
  }
}

/** Checks an assertion from the first node that is ready; a node that was lost since the first check is left out of the next one. */
async function verdictOf<N extends NodeLike>(
  assertion: ScheduledAssertion<N>,
  selected: Member<N>[],
  checks: CheckCache<N>,
  isRecheck: boolean,
): Promise<Verdict> {
  const check = checks.assertion(assertion)
  const leader = () => {
    const member = selected.find(({ trouble }) => trouble === undefined) ?? selected[0]
    if (!member) throw new Error(`no node is selected for "${assertion.role}: ${assertion.name}"`)
    return member
  }
  try {
    return await (isRecheck ? check.recheck(leader()) : check.result(leader()))
  } catch (error) {
    if (error instanceof ConnectError) return check.recheck(leader())
    throw error
  }
}
