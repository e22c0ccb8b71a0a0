import type { Clock } from '../clock.js'
import type { ReportProgress } from '../tasks/progress.js'
import type { Verdict } from '../tasks/task.js'

/** Milliseconds between two checks at what has yet to come true. */
const retryPause = 500

/** Seconds for which a failure that may be an update under way is not believed. */
const fleetingTime = 3

/** An assertion as it is watched. */
export interface Subject {
  /** @param again - look anew; the first look may have been made early, together with all others. */
  look: (again: boolean) => Promise<Verdict>
}

export interface WatchOptions {
  /** Seconds in which they may come true: what has just been changed takes its time. */
  settle: number
  /** Seconds for which they must go on holding once they do; with 0, one look will do. */
  stable: number
  /** Ends every wait: what was seen until then is all there is. */
  stop: AbortSignal
  progress: ReportProgress
  clock: Clock
  /** Called before all checks but the first: what is known of the nodes counts no more. */
  forget: () => void
}

/** What watching an assertion came to. */
export interface Watched {
  verdict: Verdict & { error?: unknown }
  /** Milliseconds that its checks have taken. */
  ms: number
}

/**
 * Looks at assertions together: until all hold, and from then on for as long as they have to. One that holds must hold in
 * every look, and what is seen of it must stay as it is: a ring that was formed anew, or a service that has moved and
 * come back, is in order at each moment and yet not stable. Where something fails, there is nothing left to wait for.
 *
 * @returns what came of each, and how often all were looked at again while they had to hold.
 */
export async function watch(subjects: Subject[], options: WatchOptions): Promise<{ watched: Watched[]; checks: number }> {
  const { clock } = options
  const states = subjects.map(subject => new State(subject, clock))
  const deadline = clock.now() + options.settle * 1000
  await Promise.all(states.map(async state => state.look(false)))
  await settle(states, deadline, options)
  const checks = options.stable > 0 && states.every(({ holds }) => holds) ? await hold(states, deadline, options) : 0
  return { watched: states.map(({ outcome, ms }) => ({ verdict: outcome, ms })), checks }
}

/** Seconds between two checks at what has to hold for so many: a few checks suffice, and each costs the nodes something. */
export function pauseWithin(stable: number): number {
  return Math.min(Math.max(stable / 4, 1), 5)
}

/**
 * Looks again at what does not hold until it does, and then at all of them at once.
 *
 * @param deadline - when it is given up, by the clock.
 */
async function settle(states: State[], deadline: number, { stop, progress, forget, clock }: WatchOptions): Promise<void> {
  const fleeting = clock.now() + fleetingTime * 1000
  const isOpen = ({ holds, latest }: State) => !holds && clock.now() < Math.max(deadline, latest.fleeting ? fleeting : 0)
  let open = states.filter(isOpen)
  while (open.length > 0 && !stop.aborted) {
    progress(`not yet: ${open[0]!.latest.evidence}${open.length > 1 ? `, and ${open.length - 1} more` : ''}`)
    await clock.pause(retryPause, stop)
    forget()
    await Promise.all(open.map(async state => state.look(true)))
    if (states.every(({ holds }) => holds)) {
      forget()
      await Promise.all(states.map(async state => state.look(true)))
    }
    open = states.filter(isOpen)
  }
}

/**
 * Looks on at what holds. What changes before the deadline, as it may where something has just been changed, has to hold
 * from then on; what changes later does not hold.
 */
async function hold(states: State[], deadline: number, options: WatchOptions): Promise<number> {
  const { stable, stop, progress, forget, clock } = options
  let since = clock.now()
  const elapsed = () => (clock.now() - since) / 1000
  let checks = 0
  for (const state of states) state.begin()
  while (elapsed() < stable && !stop.aborted) {
    const next = Math.min(elapsed() + pauseWithin(stable), stable)
    while (elapsed() < next && !stop.aborted) {
      const lapse = states.flatMap(state => state.lapse ?? [])[0]?.evidence
      progress(`${lapse ?? (states.length === 1 ? 'it holds' : 'all hold')}: watched for ${Math.floor(elapsed())} of ${stable} s`)
      await clock.pause(Math.min(1000, Math.max(0, next - elapsed()) * 1000), stop)
    }
    if (stop.aborted) break
    const at = elapsed()
    forget()
    await Promise.all(states.map(async state => state.look(true)))
    await settle(states, 0, options)
    for (const state of states) state.compare(at)
    checks += 1
    if (clock.now() >= deadline || states.every(({ lapse }) => !lapse)) continue
    await settle(states, deadline, options)
    if (states.some(({ holds }) => !holds)) break
    for (const state of states) state.begin()
    since = clock.now()
    checks = 0
  }
  return checks
}

/** What is known of one assertion. */
class State {
  readonly #subject: Subject
  readonly #clock: Clock
  latest!: Watched['verdict']
  ms = 0
  /** What was seen when it began to have to hold. */
  #first!: Watched['verdict']
  #warning: Watched['verdict'] | undefined
  /** How it did not go on as at first, and the seconds after which it was so again. */
  lapse: Watched['verdict'] | undefined
  #restored: number | undefined

  constructor(subject: Subject, clock: Clock) {
    this.#subject = subject
    this.#clock = clock
  }

  get holds(): boolean {
    return this.latest.status !== 'failed'
  }

  async look(again: boolean): Promise<void> {
    const began = this.#clock.now()
    try {
      this.latest = await this.#subject.look(again)
    } catch (error) {
      this.latest = { status: 'failed', evidence: (error as Error).message, error }
    }
    this.ms += Math.round(this.#clock.now() - began)
  }

  /** From now on it has to hold. */
  begin(): void {
    this.#first = this.latest
    this.#warning = undefined
    this.lapse = undefined
    this.#restored = undefined
  }

  /** @param at - seconds for which it has had to hold. */
  compare(at: number): void {
    if (this.latest.status === 'warning') this.#warning = this.latest
    const isSame = this.holds && (this.latest.evidence === this.#first.evidence || this.latest.status === 'warning' || this.#first.status === 'warning')
    if (isSame && this.lapse) this.#restored ??= at
    if (isSame || this.lapse) return
    const how = this.holds ? `changed after ${at.toFixed(1)} s, from ${this.#first.evidence} to` : `held at first, and after ${at.toFixed(1)} s no more:`
    this.lapse = { ...this.latest, status: 'failed', evidence: `${how} ${this.latest.evidence}` }
  }

  /** The worst that was seen. */
  get outcome(): Watched['verdict'] {
    if (!this.lapse) return this.#warning ?? this.latest
    const back = this.#restored === undefined ? '' : `; as at first again after ${this.#restored.toFixed(1)} s`
    return { ...this.lapse, evidence: this.lapse.evidence + back }
  }
}
