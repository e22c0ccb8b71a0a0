import type PQueue from 'p-queue'
import type { Clock } from '../clock.js'
import { ConnectError, TaskError } from '../errors.js'
import type { Member, NodeLike } from '../tasks/member.js'
import type { ReportProgress } from '../tasks/progress.js'
import type { TaskRef } from '../tasks/task.js'
import { applyTask, planTask, type Attempt, type PlannedWork, type TaskOutcome } from './attempt.js'
import { BackgroundTasks, type StartedApply } from './background.js'
import type { CheckCache } from './check-cache.js'
import type { RunEvents, Settled } from './run-events.js'
import {
  taskOf,
  type ScheduledClusterTask,
  type ScheduledNodeTask,
  type ScheduledTask,
  type ScheduledTrial,
} from './schedule.js'

export interface TaskRunnerOptions {
  /** Plan only. */
  check: boolean
  /** Aborted by the first Ctrl-C: running tasks finish, no new one starts. */
  stop: AbortSignal
  /** Bounds how many nodes are worked on at the same time, over all clusters. */
  queue: PQueue
  /** No node waits for another's turn, so that tasks may be applied in the background. */
  allAtOnce: boolean
  clock: Clock
}

/** A task that changes something: of a node, or of the cluster as a whole. */
type ScheduledWork<N extends NodeLike> = ScheduledNodeTask | ScheduledClusterTask<N>

/** What is done for it, and for whom. */
interface WorkAttempt<N extends NodeLike> extends Attempt, Pick<PlannedWork, 'lasting' | 'forecast'> {
  needs: readonly TaskRef[] | undefined
  host: string | undefined
  /** The members that it may change. */
  touched: Member<N>[]
}

/** Runs single tasks of a cluster: checks, applies and reports them, and leaves out what an earlier failure forbids. */
export class TaskRunner<N extends NodeLike> {
  readonly #members: Member<N>[]
  readonly #supporting: Member<N>[]
  readonly #checks: CheckCache<N>
  readonly #events: RunEvents<N>
  readonly #options: TaskRunnerOptions
  readonly #background: BackgroundTasks<N>
  #failedAt: string | undefined

  constructor(
    { members, supporting }: { members: Member<N>[]; supporting: Member<N>[] },
    scheduled: ScheduledTask<N>[],
    checks: CheckCache<N>,
    events: RunEvents<N>,
    options: TaskRunnerOptions,
  ) {
    this.#members = members
    this.#supporting = supporting
    this.#checks = checks
    this.#events = events
    this.#options = options
    this.#background = new BackgroundTasks(scheduled, checks, {
      isOver: () => options.stop.aborted || this.#failedAt !== undefined,
      started: (task, { name }) => {
        events.started(task, name, true)
        return events.progressOf(task, name)
      },
      paused: (task, { name }) => events.paused(task, name),
      clock: options.clock,
    })
  }

  get #hosts(): Member<N>[] {
    return [...this.#members, ...this.#supporting]
  }

  async runOnNode(scheduled: ScheduledNodeTask, member: Member<N>): Promise<void> {
    this.#events.reportLostNodes(this.#hosts)
    const task = taskOf(scheduled, member.name)
    const background = await this.#background.startOf(scheduled, member)
    if (member.unreachable && !background) return
    await this.perform(
      scheduled,
      member,
      async progress => {
        const scope = this.#checks.nodeScope(scheduled, member, progress)
        const cached = this.#checks.node(scheduled, member)
        const outcome = await this.#attempt(scheduled, {
          needs: task.needs,
          lasting: task.lasting,
          host: member.name,
          touched: [member],
          check: async () => background?.differences ?? cached.result(member),
          recheck: async () => cached.recheck(member),
          forecast: task.forecast && (async differences => task.forecast?.(scope, differences) ?? []),
          apply: async differences => (background ? background.applied : task.apply?.(scope, differences)),
        })
        if (task.background && outcome.status === 'changed' && this.#options.allAtOnce)
          this.#background.startAfter(scheduled, member)
        return outcome
      },
      background,
    )
  }

  async runOnCluster(scheduled: ScheduledClusterTask<N>): Promise<void> {
    const { task } = scheduled
    const cached = this.#checks.cluster(scheduled)
    // Its reads may be in the queue still: work that has a place there must not wait for them.
    await cached.prefetched()
    await this.withLeader(scheduled, async leader =>
      this.perform(scheduled, leader, async progress => {
        const scope = this.#checks.scope(scheduled, leader, progress)
        const absent = this.#absent(scheduled)
        const outcome = await this.#attempt(scheduled, {
          needs: task.needs,
          lasting: task.lasting,
          host: undefined,
          touched: this.#hosts,
          check: async () => cached.result(leader),
          recheck: async () => cached.recheck(leader),
          forecast: task.forecast && (async differences => task.forecast?.(scope, differences) ?? []),
          apply: async differences => {
            const absentNow = this.#absent(scheduled)
            if (absentNow.length > 0)
              throw new TaskError(`${absentNow.join(', ')}: nothing was changed, this task needs all nodes`)
            return task.apply?.(scope, differences)
          },
        })
        return outcome.status === 'would-change' && absent.length > 0
          ? { status: 'unknown', reason: `until all nodes take part: ${absent.join(', ')}` }
          : outcome
      }),
    )
  }

  /** Why hosts cannot take part in a change that needs all members and its role's supporting hosts. */
  #absent({ task, selected, supporting }: ScheduledClusterTask<N>): string[] {
    if (task.tolerant) return []
    return [
      ...this.#members.flatMap(({ trouble }) => trouble ?? []),
      ...[...supporting].filter(name => !selected.has(name)).map(name => `${name} is not selected`),
    ]
  }

  /**
   * Works with the first selected member that is ready; without one, the task is skipped. The work takes one place in the queue for
   * all members together: some commands must run on all of them at once.
   */
  async withLeader(scheduled: ScheduledTask<N>, work: (leader: Member<N>) => Promise<void>): Promise<void> {
    const occupied = this.#hosts.reduce(
      (inner, member) => async () => member.occupy(inner),
      async () => this.#withLeader(scheduled, work),
    )
    await this.#options.queue.add(occupied)
  }

  async #withLeader(scheduled: ScheduledTask<N>, work: (leader: Member<N>) => Promise<void>): Promise<void> {
    this.#events.reportLostNodes(this.#hosts)
    const selected = this.#members.filter(({ name }) => scheduled.selected.has(name))
    const leader = selected.find(({ trouble }) => trouble === undefined)
    if (leader) return work(leader)
    this.#events.settled(
      scheduled,
      undefined,
      { status: 'skipped', reason: selected.map(({ trouble }) => trouble).join(', ') },
      0,
    )
  }

  /**
   * Runs one task and reports its result; never rejects.
   *
   * @param isChange - whether the task may have changed what later tasks read, whatever its status.
   */
  async perform(
    scheduled: ScheduledWork<N> | ScheduledTrial<N>,
    member: Member<N>,
    attempt: (progress: ReportProgress) => Promise<Settled>,
    background?: StartedApply,
    isChange = () => false,
  ): Promise<void> {
    const { clock } = this.#options
    const host = scheduled.scope === 'node' ? member.name : undefined
    // The time for which it waited for its turn is not its own.
    const startedAt = background ? background.startedAt + background.waitedMs() : clock.now()
    // A task that was started is finished.
    const obstacle = background ? undefined : (this.obstacle(member) ?? this.#missingSupport(scheduled))
    if (obstacle !== undefined) {
      this.#events.settled(scheduled, host, { status: 'skipped', reason: obstacle }, 0)
      return
    }
    this.#events.started(scheduled, host, false)
    const progress = this.#events.progressOf(scheduled, host)
    const settle = (outcome: Settled) =>
      this.#events.settled(scheduled, host, outcome, Math.round(clock.now() - startedAt), isChange())
    try {
      settle(await attempt(progress.report).finally(() => progress.end()))
    } catch (error) {
      if (scheduled.scope === 'cluster') this.#failedAt = `${scheduled.role}: ${scheduled.name}`
      if (scheduled.scope === 'node') member.failedAt = `${scheduled.role}: ${scheduled.name}`
      // A task of the cluster fails; the node that was lost during it is an event of its own.
      settle({ status: error instanceof ConnectError && host !== undefined ? 'unreachable' : 'failed', error })
    }
  }

  /** Why no task may start that needs this member. */
  obstacle(member: Member<N>): string | undefined {
    if (this.#options.stop.aborted) return 'interrupted'
    if (member.trouble !== undefined) return member.trouble
    return this.#failedAt === undefined ? undefined : `the cluster failed at "${this.#failedAt}"`
  }

  /** Why a role cannot be continued: a host that supports it cannot be worked on. */
  #missingSupport({ supporting }: ScheduledTask<N>): string | undefined {
    return this.#supporting.find(({ name, trouble }) => supporting.has(name) && trouble !== undefined)?.trouble
  }

  async #attempt(
    scheduled: ScheduledWork<N>,
    { needs = [], host, touched, check, recheck, lasting, forecast, apply }: WorkAttempt<N>,
  ): Promise<TaskOutcome> {
    if (this.#options.check)
      return planTask({ check, lasting, forecast }, this.#events.outcomes.unsettled(needs, scheduled.role, host))
    return applyTask({
      check,
      recheck,
      apply: async differences => {
        this.#events.started(scheduled, host, true)
        try {
          return await apply(differences)
        } finally {
          for (const member of touched) member.changed()
        }
      },
    })
  }
}
