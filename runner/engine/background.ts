import type { Clock } from '../clock.js'
import { remote } from '../ssh/remote.js'
import type { Session } from '../ssh/session.js'
import type { Difference } from '../tasks/difference.js'
import type { Member, NodeLike } from '../tasks/member.js'
import type { Progress } from '../tasks/progress.js'
import type { NodeTask } from '../tasks/task.js'
import type { CheckCache } from './check-cache.js'
import { isFor, taskOf, type ScheduledNodeTask, type ScheduledTask } from './schedule.js'

/** A task whose `apply` was started before its turn. */
export interface StartedApply {
  differences: Difference[]
  startedAt: number
  /** Settles as its `apply` does. */
  applied: Promise<string[] | void>
  /** Milliseconds from the end of `apply` until now: the task's turn; 0 if it has not ended. */
  waitedMs(): number
}

export interface BackgroundOptions<N extends NodeLike> {
  /** True once no new task may start. */
  isOver(): boolean
  /** Reports that a task starts. @returns what reports its progress. */
  started(scheduled: ScheduledNodeTask, member: Member<N>): Progress
  /** Reports that it has been applied and waits for its turn. */
  paused(scheduled: ScheduledNodeTask, member: Member<N>): void
  clock: Clock
}

/**
 * Applies background tasks of a node before their turn, one after the other, over a second session. At its turn a task is
 * checked again and reported.
 */
export class BackgroundTasks<N extends NodeLike> {
  readonly #scheduled: ScheduledTask<N>[]
  readonly #checks: CheckCache<N>
  readonly #options: BackgroundOptions<N>
  readonly #starts = new Map<Member<N>, Map<ScheduledNodeTask, Promise<StartedApply | undefined>>>()
  /** Nodes with background tasks in progress: each has one second session. */
  readonly #busy = new Set<Member<N>>()

  constructor(scheduled: ScheduledTask<N>[], checks: CheckCache<N>, options: BackgroundOptions<N>) {
    this.#scheduled = scheduled
    this.#checks = checks
    this.#options = options
  }

  /**
   * Starts the background tasks behind one that was just applied. It stops before a task that runs on one node at a time: such
   * a task may replace the connection.
   */
  startAfter(scheduled: ScheduledNodeTask, member: Member<N>): void {
    if (this.#busy.has(member)) return
    this.#busy.add(member)
    const starts = this.#starts.get(member) ?? new Map<ScheduledNodeTask, Promise<StartedApply | undefined>>()
    this.#starts.set(member, starts)
    let mayStart = Promise.resolve(true)
    for (const next of this.#behind(scheduled)) {
      if (!isFor(next, member.name) || starts.has(next)) continue
      const task = taskOf(next, member.name)
      if (!task.apply || !task.background) continue
      const start = mayStart.then(async may => (may ? this.#start(next, task, member) : undefined))
      starts.set(next, start)
      mayStart = start.then(async started =>
        started
          ? started.applied.then(
              () => true,
              () => false,
            )
          : true,
      )
    }
    void mayStart.then(async () => {
      if (!member.unreachable) await member.connection.closeSecondSession()
      this.#busy.delete(member)
    })
  }

  /** The early start of a task, if there was one; waits for the background tasks before it. */
  async startOf(scheduled: ScheduledNodeTask, member: Member<N>): Promise<StartedApply | undefined> {
    return this.#starts.get(member)?.get(scheduled)
  }

  #behind(scheduled: ScheduledNodeTask): ScheduledNodeTask[] {
    const behind = this.#scheduled.slice(this.#scheduled.indexOf(scheduled) + 1).filter(task => task.scope === 'node')
    const end = behind.findIndex(({ oneAtATime }) => oneAtATime)
    return end < 0 ? behind : behind.slice(0, end)
  }

  /** A task that is in sync, or cannot be checked yet, is left to its turn; so are all tasks if sshd allows no second session. */
  async #start(scheduled: ScheduledNodeTask, task: NodeTask, member: Member<N>): Promise<StartedApply | undefined> {
    const differences = await this.#checks
      .node(scheduled, member)
      .result(member)
      .catch(() => undefined)
    if (!Array.isArray(differences) || differences.length === 0) return undefined
    const session = await member.connection.openSecondSession().catch(() => undefined)
    if (!session || this.#options.isOver() || member.trouble !== undefined) return undefined
    const { clock } = this.#options
    const startedAt = clock.now()
    const applied = this.#apply(scheduled, task, member, session, differences)
    // An error is reported at the task's turn.
    let endedAt: number | undefined
    applied
      .catch(() => {})
      .finally(() => {
        endedAt = clock.now()
      })
    return { differences, startedAt, applied, waitedMs: () => (endedAt === undefined ? 0 : clock.now() - endedAt) }
  }

  async #apply(
    scheduled: ScheduledNodeTask,
    task: NodeTask,
    member: Member<N>,
    session: Session,
    differences: Difference[],
  ): Promise<string[] | void> {
    const progress = this.#options.started(scheduled, member)
    try {
      const $ = remote({ name: member.name, session })
      return await task.apply({ ...this.#checks.nodeScope(scheduled, member, progress.report), $ }, differences)
    } finally {
      progress.end()
      this.#options.paused(scheduled, member)
      member.changed()
    }
  }
}
