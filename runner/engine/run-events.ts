import type { Clock } from '../clock.js'
import type { Outcome } from './attempt.js'
import { errorReport } from './error-report.js'
import type { AddedEvent } from '../tasks/added-events.js'
import type { RunEvent } from './events.js'
import type { Member, NodeLike } from '../tasks/member.js'
import { Outcomes } from './outcomes.js'
import type { ScheduledTask } from './schedule.js'
import { Progress } from '../tasks/progress.js'

/** What became of a task, a trial or an assertion. */
export interface Settled extends Outcome {
  evidence?: string | undefined
  hint?: string | undefined
  error?: unknown
}

/** Tells of one cluster's run, and remembers what became of its tasks. */
export class RunEvents<N extends NodeLike> {
  readonly outcomes = new Outcomes()
  readonly #cluster: string
  readonly #report: (event: RunEvent) => void
  readonly #clock: Clock
  readonly #lost = new Set<string>()

  constructor(cluster: string, report: (event: RunEvent) => void, clock: Clock) {
    this.#cluster = cluster
    this.#clock = clock
    this.#report = report
  }

  /** @param host - undefined for what is the cluster's. @param applying - false while it is only looked at. */
  begins({ role, name: task, index, count }: ScheduledTask<N>, host: string | undefined, applying: boolean): void {
    this.#report({ event: 'task-start', cluster: this.#cluster, host, role, task, index, count, applying })
  }

  /** Nothing goes on for a while of what has begun. */
  rests({ role, name: task }: ScheduledTask<N>, host: string | undefined): void {
    this.#report({ event: 'task-rest', cluster: this.#cluster, host, role, task })
  }

  /** Passes on what something that goes on says of itself. */
  progressOf({ role, name: task }: ScheduledTask<N>, host: string | undefined): Progress {
    return new Progress(text => this.#report({ event: 'progress', cluster: this.#cluster, host, role, task, text }), this.#clock)
  }

  /** @param ms - what it has taken. @param isChange - what others looked at may have changed by it, whatever its status. */
  settle(slot: ScheduledTask<N>, host: string | undefined, outcome: Settled, ms: number, isChange = false): void {
    const { role, name: task, scope, meaning } = slot
    const { status, diff, effects, reason, evidence, hint } = outcome
    const error = outcome.error === undefined ? undefined : errorReport(outcome.error)
    this.outcomes.add(host, role, task, isChange ? 'changed' : status)
    const place = { cluster: this.#cluster, host, role, task, status }
    if (scope === 'assertion') this.#report({ event: 'assertion', ...place, meaning, evidence: evidence ?? reason, hint, error, ms })
    else this.#report({ event: 'task', ...place, reason, diff, effects, error, ms })
  }

  /** A node that was connected and is no more is an event of its own: it may have gone between two tasks. */
  reportLostNodes(members: Member<N>[]): void {
    for (const { name, lost } of members) {
      if (!lost || this.#lost.has(name)) continue
      this.#lost.add(name)
      this.#report({ event: 'error', cluster: this.#cluster, host: name, status: 'unreachable', error: errorReport(lost) })
    }
  }

  /** A line for the cluster's part of the closing table. */
  headline(label: string, text: string): void {
    this.#report({ event: 'headline', cluster: this.#cluster, label, text })
  }

  /** Passes on an event that a role adds. */
  add(event: AddedEvent): void {
    this.#report(event)
  }
}
