import type { Clock } from '../clock.js'
import type { ReportProgress } from '../tasks/progress.js'
import type { Verdict } from '../tasks/task.js'

/** Between two checks of an assertion that does not hold yet. */
const retryMs = 500

/** How long a failure that may be an update in progress is not believed. */
const fleetingSeconds = 3

/** An assertion to watch. */
export interface WatchedAssertion<T> {
  subject: T
  /** @param isRecheck - false for the first check, which may have been prefetched. */
  check: (isRecheck: boolean) => Promise<Verdict>
}

export interface WatchOptions {
  /** In which they may come true: a change takes effect after a while. */
  settleSeconds: number
  /** For which they must keep holding; 0: one check is enough. */
  stableSeconds: number
  /** Ends every wait: what was observed until then counts. */
  stop: AbortSignal
  progress: ReportProgress
  clock: Clock
  /** Names of the nodes that were lost so far: what the others show is no comparison then. */
  lost?: () => string[]
  /** Called before all checks but the first: what is known of the nodes is outdated. */
  forget: () => void
}

export interface WatchResult<T> {
  subject: T
  verdict: Verdict & { error?: unknown }
  /** How long its checks took. */
  ms: number
}

/**
 * Checks assertions together until all hold, and then as long as they must keep holding. An assertion that holds must hold in
 * every check, with the same evidence: a membership that was formed anew, or a service that moved and returned, is in order at
 * each moment and yet not stable. If an assertion fails for good, the wait is over.
 *
 * @returns the result of each, and how often all were checked again while they had to hold.
 */
export async function watch<T>(
  assertions: WatchedAssertion<T>[],
  options: WatchOptions,
): Promise<{ watched: WatchResult<T>[]; rechecks: number }> {
  const { clock } = options
  const states = assertions.map(assertion => new AssertionState(assertion, clock))
  const deadline = clock.now() + options.settleSeconds * 1000
  await Promise.all(states.map(async state => state.check(false)))
  await settle(states, deadline, options)
  const rechecks =
    options.stableSeconds > 0 && states.every(({ holds }) => holds) ? await keepWatching(states, deadline, options) : 0
  return { watched: states.map(({ subject, outcome, ms }) => ({ subject, verdict: outcome, ms })), rechecks }
}

/** Seconds between two checks of assertions that must hold for so many seconds: a few checks are enough, and each costs the nodes something. */
export function recheckSeconds(stableSeconds: number): number {
  return Math.min(Math.max(stableSeconds / 4, 1), 5)
}

async function recheckAll<T>(states: AssertionState<T>[], { forget }: WatchOptions): Promise<void> {
  forget()
  await Promise.all(states.map(async state => state.check(true)))
}

/**
 * Checks again what does not hold until it does, and then all of them at once.
 *
 * @param deadline - when it gives up, by the clock.
 */
async function settle<T>(states: AssertionState<T>[], deadline: number, options: WatchOptions): Promise<void> {
  const { stop, progress, clock } = options
  const fleetingDeadline = clock.now() + fleetingSeconds * 1000
  const isPending = ({ holds, latest }: AssertionState<T>) =>
    !holds && clock.now() < Math.max(deadline, latest.fleeting ? fleetingDeadline : 0)
  while (!stop.aborted) {
    const pending = states.filter(isPending)
    const [first] = pending
    if (!first) return
    progress(`not yet: ${first.latest.evidence}${pending.length > 1 ? `, and ${pending.length - 1} more` : ''}`)
    await clock.pause(retryMs, stop)
    await recheckAll(pending, options)
    if (states.every(({ holds }) => holds)) await recheckAll(states, options)
  }
}

/**
 * Watches assertions that hold. What changes before the deadline, as it may after a change of this run, must hold from then on;
 * what changes later has failed.
 */
async function keepWatching<T>(states: AssertionState<T>[], deadline: number, options: WatchOptions): Promise<number> {
  const { stableSeconds, stop, progress, clock, lost = () => [] } = options
  let lostBefore = lost()
  let since = clock.now()
  const elapsed = () => (clock.now() - since) / 1000
  let rechecks = 0
  for (const state of states) state.begin()
  while (elapsed() < stableSeconds && !stop.aborted) {
    const next = Math.min(elapsed() + recheckSeconds(stableSeconds), stableSeconds)
    while (elapsed() < next && !stop.aborted) {
      const lapse = states.flatMap(state => state.lapse ?? [])[0]?.evidence
      progress(
        `${lapse ?? (states.length === 1 ? 'it holds' : 'all hold')}: watched for ${Math.floor(elapsed())} of ${stableSeconds} s`,
      )
      await clock.pause(Math.min(1000, Math.max(0, next - elapsed()) * 1000), stop)
    }
    if (stop.aborted) break
    const atSeconds = elapsed()
    await recheckAll(states, options)
    await settle(states, 0, options)
    const justLost = lost().filter(name => !lostBefore.includes(name))
    for (const state of states) state.compare(atSeconds, justLost)
    rechecks += 1
    if (clock.now() >= deadline || states.every(({ lapse }) => !lapse)) continue
    await settle(states, deadline, options)
    if (states.some(({ holds }) => !holds)) break
    for (const state of states) state.begin()
    lostBefore = lost()
    since = clock.now()
    rechecks = 0
  }
  return rechecks
}

/** What is known of one assertion. */
class AssertionState<T> {
  readonly subject: T
  readonly #check: WatchedAssertion<T>['check']
  readonly #clock: Clock
  latest: WatchResult<T>['verdict'] = { status: 'failed', evidence: 'not checked yet' }
  ms = 0
  /** The verdict from which on it must hold. */
  #first = this.latest
  #warning: WatchResult<T>['verdict'] | undefined
  /** How it changed while it had to hold, and the seconds after which it was as at first again. */
  lapse: WatchResult<T>['verdict'] | undefined
  #restoredAtSeconds: number | undefined

  constructor({ subject, check }: WatchedAssertion<T>, clock: Clock) {
    this.subject = subject
    this.#check = check
    this.#clock = clock
  }

  get holds(): boolean {
    return this.latest.status !== 'failed'
  }

  async check(isRecheck: boolean): Promise<void> {
    const startedAt = this.#clock.now()
    try {
      this.latest = await this.#check(isRecheck)
    } catch (error) {
      this.latest = { status: 'failed', evidence: error instanceof Error ? error.message : String(error), error }
    }
    this.ms += Math.round(this.#clock.now() - startedAt)
  }

  /** From now on it must hold. */
  begin(): void {
    this.#first = this.latest
    this.#warning = undefined
    this.lapse = undefined
    this.#restoredAtSeconds = undefined
  }

  /** @param atSeconds - for how long it has had to hold. @param lost - the nodes that were lost meanwhile. */
  compare(atSeconds: number, lost: string[]): void {
    if (this.latest.status === 'warning') this.#warning = this.latest
    const isSame =
      this.holds &&
      (this.latest.evidence === this.#first.evidence ||
        this.latest.status === 'warning' ||
        this.latest.status === 'skipped' ||
        this.#first.status === 'warning')
    if (isSame && this.lapse) this.#restoredAtSeconds ??= atSeconds
    if (isSame || this.lapse) return
    if (this.holds && lost.length > 0) {
      const evidence = `because ${lost.join(', ')} ${lost.length === 1 ? 'was' : 'were'} lost after ${atSeconds.toFixed(1)} s`
      this.lapse = { ...this.latest, status: 'skipped', evidence }
      return
    }
    const how = this.holds
      ? `changed after ${atSeconds.toFixed(1)} s, from ${this.#first.evidence} to`
      : `held at first, and after ${atSeconds.toFixed(1)} s no more:`
    this.lapse = { ...this.latest, status: 'failed', evidence: `${how} ${this.latest.evidence}` }
  }

  /** The worst verdict so far. */
  get outcome(): WatchResult<T>['verdict'] {
    if (!this.lapse) return this.#warning ?? this.latest
    const back =
      this.#restoredAtSeconds === undefined ? '' : `; as at first again after ${this.#restoredAtSeconds.toFixed(1)} s`
    return { ...this.lapse, evidence: this.lapse.evidence + back }
  }
}
