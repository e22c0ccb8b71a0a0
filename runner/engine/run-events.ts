import type { Clock } from '../clock.js'
import type { AddedEvent } from '../tasks/added-events.js'
import type { Member, NodeLike } from '../tasks/member.js'
import { Progress } from '../tasks/progress.js'
import type { TaskOutcome } from './attempt.js'
import { errorReport } from './error-report.js'
import type { RunEvent } from './events.js'
import { Outcomes } from './outcomes.js'
import type { ScheduledTask } from './schedule.js'

/** The result of a task, a trial or an assertion. */
export interface Settled extends TaskOutcome {
  evidence?: string | undefined
  hint?: string | undefined
  error?: unknown
}

/** How events name a task. */
type Named = Pick<ScheduledTask<NodeLike>, 'role' | 'name'>

/** Reports one cluster's run, and remembers the results of its tasks. */
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

  /** @param host - undefined for a task of the cluster. @param applying - false while it is only checked. */
  started(
    { role, name: task, index, count }: Named & Pick<ScheduledTask<N>, 'index' | 'count'>,
    host: string | undefined,
    applying: boolean,
  ): void {
    this.#report({ event: 'task-start', cluster: this.#cluster, host, role, task, index, count, applying })
  }

  /** The task continues later: its row is free for others. */
  paused({ role, name: task }: Named, host: string | undefined): void {
    this.#report({ event: 'task-pause', cluster: this.#cluster, host, role, task })
  }

  /** Reports the progress of a task. */
  progressOf({ role, name: task }: Named, host: string | undefined): Progress {
    return new Progress(
      text => this.#report({ event: 'progress', cluster: this.#cluster, host, role, task, text }),
      this.#clock,
    )
  }

  /** @param ms - how long it took. @param isChange - it may have changed what later tasks read, whatever its status. */
  settled(scheduled: ScheduledTask<N>, host: string | undefined, outcome: Settled, ms: number, isChange = false): void {
    const { role, name: task } = scheduled
    const { status, diff, effects, reason, evidence, hint } = outcome
    const error = outcome.error === undefined ? undefined : errorReport(outcome.error)
    this.outcomes.add(host, role, task, isChange ? 'changed' : status)
    const place = { cluster: this.#cluster, host, role, task, status }
    if (scheduled.scope === 'assertion')
      this.#report({
        event: 'assertion',
        ...place,
        meaning: scheduled.task.meaning,
        evidence: evidence ?? reason,
        hint,
        error,
        ms,
      })
    else this.#report({ event: 'task', ...place, reason, diff, effects, error, ms })
  }

  /** A node whose connection is lost is an event of its own: it may be lost between two tasks. */
  reportLostNodes(members: Member<N>[]): void {
    for (const { name, lost, mayBeAbsent } of members) {
      if (!lost || mayBeAbsent || this.#lost.has(name)) continue
      this.#lost.add(name)
      this.#report({
        event: 'error',
        cluster: this.#cluster,
        host: name,
        status: 'unreachable',
        error: errorReport(lost),
      })
    }
  }

  /** A line about the cluster in the table at the end of a run. */
  headline(label: string, text: string): void {
    this.#report({ event: 'headline', cluster: this.#cluster, label, text })
  }

  /** Passes on an event that a role adds. */
  added(event: AddedEvent): void {
    this.#report(event)
  }
}
