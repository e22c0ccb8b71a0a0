import type PQueue from 'p-queue'
import { ConnectError, TaskError } from '../errors.js'
import { Ahead, type Begun } from './ahead.js'
import { converge, foresee, type Attempt, type Foresight, type Outcome } from './attempt.js'
import { errorReport } from './error-report.js'
import type { MachineEvent, Signal } from './events.js'
import { Looks } from './looks.js'
import type { ClusterLike, Member, NodeLike } from './member.js'
import { Outcomes } from './outcomes.js'
import { segments, type Slot } from './plan.js'
import { Progress, type Tell } from './progress.js'
import type { ClusterTask, Consent, Finding, NodeTask, Trial, TrialScope, Verdict } from './task.js'
import { watch } from './watch.js'

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
  report(event: MachineEvent | Signal): void
}

interface Settled extends Outcome {
  evidence?: string | undefined
  hint?: string | undefined
  error?: unknown
}

/** Seconds that assertions may take to come true after this run has changed something. */
const settleTime = 30

/** Seconds for which assertions must hold where nobody said how long: for `ha-run verify`, and after a change. */
export const stableTime = 5

/** Runs the tasks of one cluster, in order, on all its nodes. */
export class ClusterRun<C extends ClusterLike<N>, N extends NodeLike> {
  readonly #cluster: C
  readonly #members: Member<N>[]
  readonly #slots: Slot<N>[]
  readonly #options: ClusterRunOptions
  readonly #outcomes = new Outcomes()
  readonly #looks: Looks<N>
  readonly #ahead: Ahead<N>
  readonly #lost = new Set<string>()
  #failedAt: string | undefined
  #tried = false

  /** @param slots - the cluster's tasks, as `layOut` gives them. */
  constructor(cluster: C, members: Member<N>[], slots: Slot<N>[], options: ClusterRunOptions) {
    this.#cluster = cluster
    this.#members = members
    this.#slots = slots
    this.#options = options
    this.#looks = new Looks(members, { ...options, roles: new Set(this.#slots.map(({ role }) => role)) })
    this.#ahead = new Ahead(this.#slots, this.#looks, {
      isOver: () => options.stop.aborted || this.#failedAt !== undefined,
      begin: (slot, member) => {
        this.#signal(slot, member.name, true)
        return this.#progressOf(slot, member.name)
      },
      rest: ({ role, name: task }, { name: host }) => options.report({ event: 'task-rest', cluster: cluster.name, host, role, task }),
    })
  }

  /** @param lock - keeps other runs out, or rejects: nothing is changed before that. */
  async run(lock?: () => Promise<void>): Promise<void> {
    this.#looks.begin(this.#slots)
    // What was asked just now is sent at the end of this turn, behind what the lock takes, and together with it.
    await lock?.()
    for (const segment of segments(this.#slots)) {
      const [{ scope, selected, oneAtATime }] = segment as [Slot<N>]
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
    this.#reportLost()
  }

  async #onNode(slot: Slot<N>, member: Member<N>): Promise<void> {
    this.#reportLost()
    const own = slot.of(member.name) as NodeTask
    const begun = await this.#ahead.begun(own)
    if (member.unreachable && !begun) return
    await this.#perform(slot, member, async progress => {
      const scope = this.#looks.nodeScope(slot, member, progress)
      const outcome = await this.#attempt(slot, member, {
        ...own,
        forecast: own.forecast && (async differences => own.forecast!(scope, differences)),
        apply: async differences => begun ? begun.applied : own.apply(scope, differences),
      }, begun)
      if (own.ahead && outcome.status === 'changed' && this.#options.allAtOnce) this.#ahead.follow(slot, member)
      return outcome
    }, begun)
  }

  async #onCluster(slot: Slot<N>, chosen: Member<N>[]): Promise<void> {
    this.#reportLost()
    const leader = chosen.find(({ trouble }) => trouble === undefined)
    if (!leader) {
      this.#settle(slot, undefined, { status: 'skipped', reason: chosen.map(({ trouble }) => trouble).join(', ') }, 0)
      return
    }
    await this.#perform(slot, leader, async progress => {
      if (slot.scope === 'trial') return this.#try(slot, leader, progress)
      const own = slot.of(leader.name) as ClusterTask<N>
      const scope = this.#looks.scope(slot, leader, progress)
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
  #troubles(slot: Slot<N>, leader: Member<N>): string[] {
    const { tolerant = false } = slot.of(leader.name) as ClusterTask<N>
    return tolerant ? [] : this.#members.flatMap(({ trouble }) => trouble ?? [])
  }

  /** A node that was connected and is no more is an event of its own: it may have gone between two tasks. */
  #reportLost(): void {
    for (const { name, lost } of this.#members) {
      if (!lost || this.#lost.has(name)) continue
      this.#lost.add(name)
      this.#options.report({ event: 'error', cluster: this.#cluster.name, host: name, status: 'unreachable', error: errorReport(lost) })
    }
  }

  /** Does one task and reports what became of it; never rejects. */
  async #perform(slot: Slot<N>, member: Member<N>, attempt: (progress: Tell) => Promise<Settled>, begun?: Begun): Promise<void> {
    const host = slot.scope === 'node' ? member.name : undefined
    // What it waited for its turn is not its own.
    const started = begun ? begun.started + begun.waited() : Date.now()
    // What was begun is finished.
    const obstacle = begun ? undefined : this.#obstacle(member)
    if (obstacle !== undefined) {
      this.#settle(slot, host, { status: 'skipped', reason: obstacle }, 0)
      return
    }
    this.#signal(slot, host, false)
    const progress = this.#progressOf(slot, host)
    try {
      this.#settle(slot, host, await attempt(progress.tell).finally(() => progress.end()), Date.now() - started)
    } catch (error) {
      if (slot.scope === 'cluster') this.#failedAt = `${slot.role}: ${slot.name}`
      if (slot.scope === 'node') member.failedAt = `${slot.role}: ${slot.name}`
      // A cluster's task fails; the node that was lost with it is an event of its own.
      const status = error instanceof ConnectError && host !== undefined ? 'unreachable' as const : 'failed' as const
      this.#settle(slot, host, { status, error }, Date.now() - started)
    }
  }

  #obstacle(member: Member<N>): string | undefined {
    if (this.#options.stop.aborted) return 'interrupted'
    if (member.trouble !== undefined) return member.trouble
    return this.#failedAt === undefined ? undefined : `the cluster failed at "${this.#failedAt}"`
  }

  async #attempt(
    slot: Slot<N>, member: Member<N>,
    { needs = [], lasting, forecast, apply }: { needs?: readonly string[] } & Omit<Foresight, 'check'> & Pick<Attempt, 'apply'>,
    begun?: Begun,
  ): Promise<Outcome> {
    const host = slot.scope === 'node' ? member.name : undefined
    const check = async () => begun?.differences ?? await this.#looks.finding(slot, member) as Finding
    if (this.#options.check) {
      const outcome = await foresee({ check, lasting, forecast }, this.#outcomes.unsettled(needs, slot.role, host))
      const absent = host === undefined ? this.#troubles(slot, member) : []
      return outcome.status === 'would-change' && absent.length > 0
        ? { status: 'unknown', reason: `until every node takes part: ${absent.join(', ')}` }
        : outcome
    }
    return converge({
      check,
      recheck: () => this.#looks.again(slot, member) as Promise<Finding>,
      apply: async differences => {
        this.#signal(slot, host, true)
        try {
          return await apply(differences)
        } finally {
          for (const touched of host === undefined ? this.#members : [member]) touched.changed()
        }
      },
    })
  }

  /** Assertions are watched together: all that is asked for them travels together, and they have to hold together. */
  async #assert(slots: Slot<N>[], chosen: Member<N>[]): Promise<void> {
    this.#reportLost()
    const unsettled = this.#unassertable(chosen)
    if (unsettled) {
      for (const slot of slots) this.#settle(slot, undefined, unsettled, 0)
      return
    }
    const first = slots[0]!
    const all = slots.length === 1 ? first : { ...first, name: `${slots.length} assertions` }
    this.#signal(all, undefined, false)
    const progress = this.#progressOf(all, undefined)
    const stable = this.#options.stable ?? (this.#outcomes.anyChanged ? stableTime : 0)
    const { watched, looks } = await watch(slots.map(slot => ({ look: async again => this.#verdict(slot, chosen, again) })), {
      settle: this.#outcomes.anyChanged ? settleTime : 0,
      stable,
      stop: this.#options.stop,
      progress: progress.tell,
      forget: () => {
        for (const member of this.#members) member.changed()
      },
    })
    progress.end()
    this.#options.report({ event: 'task-rest', cluster: this.#cluster.name, role: all.role, task: all.name })
    for (const [at, slot] of slots.entries()) {
      const { verdict, ms } = watched[at]!
      for (const headline of verdict.headlines ?? []) this.#options.report({ event: 'headline', cluster: this.#cluster.name, ...headline })
      if (verdict.topology) this.#options.report({ event: 'topology', cluster: this.#cluster.name, topology: verdict.topology })
      this.#settle(slot, undefined, verdict, ms)
    }
    if (looks > 0 && !this.#options.stop.aborted && watched.every(({ verdict: { status } }) => status !== 'failed')) {
      this.#options.report({ event: 'headline', cluster: this.#cluster.name, label: 'stable', text: `for ${stable} s, in ${looks + 1} looks` })
    }
  }

  /** Why assertions are not even looked at. */
  #unassertable(chosen: Member<N>[]): Settled | undefined {
    const leader = chosen.find(({ trouble }) => trouble === undefined)
    const obstacle = leader ? this.#obstacle(leader) : chosen.map(({ trouble }) => trouble).join(', ')
    if (obstacle !== undefined) return { status: 'skipped', reason: obstacle }
    return this.#options.check && this.#outcomes.anyUnsettled ? { status: 'unknown', reason: 'until all changes are made' } : undefined
  }

  /** One look, from the first of the nodes that is still there; one that was lost since is left out of a second look. */
  async #verdict(slot: Slot<N>, chosen: Member<N>[], again: boolean): Promise<Verdict> {
    const leader = () => chosen.find(({ trouble }) => trouble === undefined) ?? chosen[0]!
    const early = again ? this.#looks.again(slot, leader()) : this.#looks.finding(slot, leader())
    return await early.catch(async error => {
      if (error instanceof ConnectError) return this.#looks.again(slot, leader())
      throw error
    }) as Verdict
  }

  /** Makes a trial where everything is as it should be, and people want it. */
  async #try(slot: Slot<N>, leader: Member<N>, progress: Tell): Promise<Settled> {
    const { plan, run } = slot.of(leader.name) as Trial<N>
    const absent = this.#members.flatMap(({ trouble }) => trouble ?? [])
    const obstacles = [...absent, ...this.#outcomes.failures === 0 ? [] : [`${this.#outcomes.failures} failed before it`]]
    if (obstacles.length > 0) return { status: 'skipped', reason: `${obstacles.join(', ')}: nothing was done to the cluster` }
    const scope: TrialScope<N> = { ...this.#looks.scope(slot, leader, progress), report: event => this.#options.report(event) }
    const intention = await plan(scope)
    if (this.#options.check) return { status: 'skipped', reason: `it would be done: ${intention.join('; ')}` }
    if (!await this.#options.confirm?.(intention)) return { status: 'skipped', reason: 'not confirmed: nothing was done to the cluster' }
    this.#tried = true
    this.#signal(slot, undefined, true)
    try {
      return { status: 'ok', effects: await run(scope) }
    } finally {
      for (const member of this.#members) member.changed()
    }
  }

  #progressOf({ role, name: task }: Slot<N>, host: string | undefined): Progress {
    return new Progress(text => this.#options.report({ event: 'progress', cluster: this.#cluster.name, host, role, task, text }))
  }

  #signal(slot: Slot<N>, host: string | undefined, applying: boolean): void {
    const { role, name, index, count } = slot
    this.#options.report({ event: 'task-start', cluster: this.#cluster.name, host, role, task: name, index, count, applying })
  }

  #settle(slot: Slot<N>, host: string | undefined, outcome: Settled, ms: number): void {
    const { role, name: task } = slot
    const { status, diff, effects, reason, evidence, hint } = outcome
    const own = slot.of(this.#members[0]!.name)
    const error = outcome.error === undefined ? undefined : errorReport(outcome.error)
    // What a trial has put back may take a moment to settle, as after a change.
    this.#outcomes.add(host, role, task, this.#tried && slot.scope === 'trial' ? 'changed' : status)
    const place = { cluster: this.#cluster.name, host, role, task, status }
    if (own.scope === 'assertion') this.#options.report({ event: 'assertion', ...place, meaning: own.meaning, evidence: evidence ?? reason, hint, error, ms })
    else this.#options.report({ event: 'task', ...place, reason, diff, effects, error, ms })
  }
}
