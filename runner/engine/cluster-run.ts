import type PQueue from 'p-queue'
import type { Clock } from '../clock.js'
import { ConnectError, TaskError } from '../errors.js'
import { BackgroundTasks, type StartedApply } from './background.js'
import { assertTogether } from './assert-together.js'
import { applyTask, planTask, type Attempt, type PlannedWork, type Outcome } from './attempt.js'
import type { RunEvent } from './events.js'
import { CheckCache } from './check-cache.js'
import type { Member, NodeLike } from '../tasks/member.js'
import { RunEvents, type Settled } from './run-events.js'
import { stages, type ScheduledTask } from './schedule.js'
import type { ReportProgress } from '../tasks/progress.js'
import type { ClusterTask, Consent, Finding, NodeTask, Trial, TrialScope } from '../tasks/task.js'

export interface ClusterRunOptions {
  /** Look only. */
  check: boolean
  /** Aborted by the first Ctrl-C: what runs is finished, nothing is begun. */
  stop: AbortSignal
  /** Aborted by the second: waits end too. */
  abandon: AbortSignal
  consent: Consent
  /** Bounds how many nodes are worked on at the same time, over all clusters. */
  queue: PQueue
  /** No node waits for another's turn, so that one may work beside its own. */
  allAtOnce: boolean
  /**
   * Seconds for which assertions must go on holding once they do; 0: one look will do. Left out: `stableTime` where this
   * run has changed something, else one look.
   */
  stable?: number | undefined
  /** Shows people what a trial will do, and asks them; without, no trial is made. */
  confirm?: (plan: string[]) => Promise<boolean>
  clock: Clock
  report(event: RunEvent): void
}

/** Runs the tasks of one cluster, in order, on all its nodes. */
export class ClusterRun<N extends NodeLike> {
  readonly #members: Member<N>[]
  readonly #scheduled: ScheduledTask<N>[]
  readonly #options: ClusterRunOptions
  readonly #events: RunEvents<N>
  readonly #checks: CheckCache<N>
  readonly #background: BackgroundTasks<N>
  #failedAt: string | undefined
  #tried = false

  /** @param cluster - its name. @param scheduled - its tasks, as `schedule` gives them. */
  constructor(cluster: string, members: Member<N>[], scheduled: ScheduledTask<N>[], options: ClusterRunOptions) {
    this.#members = members
    this.#scheduled = scheduled
    this.#options = options
    this.#events = new RunEvents(cluster, event => options.report(event), options.clock)
    this.#checks = new CheckCache(members, { ...options, roles: new Set(this.#scheduled.map(({ role }) => role)) })
    this.#background = new BackgroundTasks(this.#scheduled, this.#checks, {
      isOver: () => options.stop.aborted || this.#failedAt !== undefined,
      begin: (slot, member) => {
        this.#events.begins(slot, member.name, true)
        return this.#events.progressOf(slot, member.name)
      },
      rest: (slot, { name }) => this.#events.rests(slot, name),
      clock: options.clock,
    })
  }

  /**
   * @param lock - keeps other runs out, or rejects: nothing is changed before that.
   * @param guard - looks at the cluster, and rejects where nothing must be changed. It writes nothing before the lock is had.
   */
  async run(lock?: () => Promise<void>, guard?: (locked: Promise<void>) => Promise<void>): Promise<void> {
    this.#checks.begin(this.#scheduled)
    // What was asked just now is sent at the end of this turn, behind what the lock takes, and together with it.
    const locked = lock?.() ?? Promise.resolve()
    const guarded = guard?.(locked)
    // A lock that cannot be had is the first thing to report.
    guarded?.catch(() => {})
    await locked
    await guarded
    for (const segment of stages(this.#scheduled)) {
      const [{ scope, selected, oneAtATime }] = segment as [ScheduledTask<N>]
      const chosen = this.#members.filter(({ name }) => selected.has(name))
      const jobs = scope === 'node'
        ? chosen.map(member => async () => {
          for (const slot of segment) await this.#onNode(slot, member)
        })
        : [async () => scope === 'assertion' ? this.#assert(segment, chosen) : this.#onCluster(segment[0]!, chosen)]
      if (oneAtATime) for (const job of jobs) await this.#options.queue.add(job)
      else await Promise.all(jobs.map(job => this.#options.queue.add(job)))
      // What stands behind a trial looks at what that has left: without, it would say the same again.
      if (scope === 'trial' && !this.#tried) break
    }
    this.#events.reportLostNodes(this.#members)
  }

  async #onNode(slot: ScheduledTask<N>, member: Member<N>): Promise<void> {
    this.#events.reportLostNodes(this.#members)
    const own = slot.of(member.name) as NodeTask
    const begun = await this.#background.begun(own)
    if (member.unreachable && !begun) return
    await this.#perform(slot, member, async progress => {
      const scope = this.#checks.nodeScope(slot, member, progress)
      const outcome = await this.#attempt(slot, member, {
        ...own,
        forecast: own.forecast && (async differences => own.forecast!(scope, differences)),
        apply: async differences => begun ? begun.applied : own.apply(scope, differences),
      }, begun)
      if (own.background && outcome.status === 'changed' && this.#options.allAtOnce) this.#background.follow(slot, member)
      return outcome
    }, begun)
  }

  async #onCluster(slot: ScheduledTask<N>, chosen: Member<N>[]): Promise<void> {
    this.#events.reportLostNodes(this.#members)
    const leader = chosen.find(({ trouble }) => trouble === undefined)
    if (!leader) {
      this.#events.settle(slot, undefined, { status: 'skipped', reason: chosen.map(({ trouble }) => trouble).join(', ') }, 0)
      return
    }
    await this.#perform(slot, leader, async progress => {
      if (slot.scope === 'trial') return this.#try(slot, leader, progress)
      const own = slot.of(leader.name) as ClusterTask<N>
      const scope = this.#checks.scope(slot, leader, progress)
      return this.#attempt(slot, leader, {
        ...own,
        forecast: own.forecast && (async differences => own.forecast!(scope, differences)),
        apply: async differences => {
          const troubles = this.#troubles(slot, leader)
          if (troubles.length > 0) {
            throw new TaskError(`${troubles.join(', ')}: nothing was changed, since every node must take part`)
          }
          return own.apply(scope, differences)
        },
      })
    })
  }

  /** What keeps members from taking part in a cluster's task that needs them all. */
  #troubles(slot: ScheduledTask<N>, leader: Member<N>): string[] {
    const { tolerant = false } = slot.of(leader.name) as ClusterTask<N>
    return tolerant ? [] : this.#members.flatMap(({ trouble }) => trouble ?? [])
  }

  /** Does one task and reports what became of it; never rejects. */
  async #perform(slot: ScheduledTask<N>, member: Member<N>, attempt: (progress: ReportProgress) => Promise<Settled>, begun?: StartedApply): Promise<void> {
    const host = slot.scope === 'node' ? member.name : undefined
    // What it waited for its turn is not its own.
    const started = begun ? begun.started + begun.waited() : this.#options.clock.now()
    // What was begun is finished.
    const obstacle = begun ? undefined : this.#obstacle(member)
    if (obstacle !== undefined) {
      this.#events.settle(slot, host, { status: 'skipped', reason: obstacle }, 0)
      return
    }
    this.#events.begins(slot, host, false)
    const progress = this.#events.progressOf(slot, host)
    try {
      const outcome = await attempt(progress.tell).finally(() => progress.end())
      this.#events.settle(slot, host, outcome, this.#since(started), this.#isTried(slot))
    } catch (error) {
      if (slot.scope === 'cluster') this.#failedAt = `${slot.role}: ${slot.name}`
      if (slot.scope === 'node') member.failedAt = `${slot.role}: ${slot.name}`
      // A cluster's task fails; the node that was lost with it is an event of its own.
      const status = error instanceof ConnectError && host !== undefined ? 'unreachable' as const : 'failed' as const
      this.#events.settle(slot, host, { status, error }, this.#since(started), this.#isTried(slot))
    }
  }

  #since(started: number): number {
    return Math.round(this.#options.clock.now() - started)
  }

  /** What a trial has put back may take a moment to settle, as after a change. */
  #isTried({ scope }: ScheduledTask<N>): boolean {
    return scope === 'trial' && this.#tried
  }

  #obstacle(member: Member<N>): string | undefined {
    if (this.#options.stop.aborted) return 'interrupted'
    if (member.trouble !== undefined) return member.trouble
    return this.#failedAt === undefined ? undefined : `the cluster failed at "${this.#failedAt}"`
  }

  async #attempt(
    slot: ScheduledTask<N>, member: Member<N>,
    { needs = [], lasting, forecast, apply }: { needs?: readonly string[] } & Omit<PlannedWork, 'check'> & Pick<Attempt, 'apply'>,
    begun?: StartedApply,
  ): Promise<Outcome> {
    const host = slot.scope === 'node' ? member.name : undefined
    const check = async () => begun?.differences ?? await this.#checks.finding(slot, member) as Finding
    if (this.#options.check) {
      const outcome = await planTask({ check, lasting, forecast }, this.#events.outcomes.unsettled(needs, slot.role, host))
      const absent = host === undefined ? this.#troubles(slot, member) : []
      return outcome.status === 'would-change' && absent.length > 0
        ? { status: 'unknown', reason: `until every node takes part: ${absent.join(', ')}` }
        : outcome
    }
    return applyTask({
      check,
      recheck: () => this.#checks.again(slot, member) as Promise<Finding>,
      apply: async differences => {
        this.#events.begins(slot, host, true)
        try {
          return await apply(differences)
        } finally {
          for (const touched of host === undefined ? this.#members : [member]) touched.changed()
        }
      },
    })
  }

  async #assert(scheduled: ScheduledTask<N>[], chosen: Member<N>[]): Promise<void> {
    this.#events.reportLostNodes(this.#members)
    const unsettled = this.#unassertable(chosen)
    if (unsettled) for (const slot of scheduled) this.#events.settle(slot, undefined, unsettled, 0)
    else await assertTogether(scheduled, chosen, { members: this.#members, checks: this.#checks, events: this.#events, ...this.#options })
  }

  /** Why assertions are not even looked at. */
  #unassertable(chosen: Member<N>[]): Settled | undefined {
    const leader = chosen.find(({ trouble }) => trouble === undefined)
    const obstacle = leader ? this.#obstacle(leader) : chosen.map(({ trouble }) => trouble).join(', ')
    if (obstacle !== undefined) return { status: 'skipped', reason: obstacle }
    return this.#options.check && this.#events.outcomes.anyUnsettled ? { status: 'unknown', reason: 'until all changes are made' } : undefined
  }

  /** Makes a trial where everything is as it should be, and people want it. */
  async #try(slot: ScheduledTask<N>, leader: Member<N>, progress: ReportProgress): Promise<Settled> {
    const { plan, run } = slot.of(leader.name) as Trial<N>
    const absent = this.#members.flatMap(({ trouble }) => trouble ?? [])
    const obstacles = [...absent, ...this.#events.outcomes.failures === 0 ? [] : [`${this.#events.outcomes.failures} failed before it`]]
    if (obstacles.length > 0) return { status: 'skipped', reason: `${obstacles.join(', ')}: nothing was done to the cluster` }
    const scope: TrialScope<N> = { ...this.#checks.scope(slot, leader, progress), report: event => this.#options.report(event) }
    const intention = await plan(scope)
    if (this.#options.check) return { status: 'skipped', reason: `it would be done: ${intention.join('; ')}` }
    if (!await this.#options.confirm?.(intention)) return { status: 'skipped', reason: 'not confirmed: nothing was done to the cluster' }
    this.#tried = true
    this.#events.begins(slot, undefined, true)
    try {
      return { status: 'ok', effects: await run(scope) }
    } finally {
      for (const member of this.#members) member.changed()
    }
  }
}
