import { LockedError } from '../errors.js'
import type { Member, NodeLike } from '../tasks/member.js'
import type { Consent, TrialScope } from '../tasks/scope.js'
import { assertTogether } from './assert-together.js'
import { CheckCache } from './check-cache.js'
import type { RunEvent } from './events.js'
import { ownerText } from './run-owner.js'
import { RunEvents, type Settled } from './run-events.js'
import {
  isFor,
  stages,
  type ScheduledAssertion,
  type ScheduledTask,
  type ScheduledTrial,
  type Stage,
} from './schedule.js'
import { TaskRunner, type TaskRunnerOptions } from './task-runner.js'

export interface ClusterRunOptions<N extends NodeLike = NodeLike> extends TaskRunnerOptions {
  /** Hosts that the run works on although they are no members. */
  supporting?: Member<N>[] | undefined
  /** The run's id. */
  run: string
  /** Aborted by the second Ctrl-C: waits end too. */
  abandon: AbortSignal
  consent: Consent
  /** Seconds for which assertions must hold; see `AssertOptions`. */
  stable?: number | undefined
  /** Shows people what a trial will do, and asks them; without it, no trial is run. */
  confirm?: (plan: string[]) => Promise<boolean>
  report(event: RunEvent): void
}

/** Runs the tasks of one cluster, in order, on all its nodes. */
export class ClusterRun<N extends NodeLike> {
  readonly #members: Member<N>[]
  /** The members and the supporting hosts. */
  readonly #hosts: Member<N>[]
  readonly #scheduled: ScheduledTask<N>[]
  readonly #options: ClusterRunOptions<N>
  readonly #events: RunEvents<N>
  readonly #checks: CheckCache<N>
  readonly #tasks: TaskRunner<N>
  #hasTried = false

  /** @param cluster - its name. @param scheduled - its tasks, from `schedule`. */
  constructor(cluster: string, members: Member<N>[], scheduled: ScheduledTask<N>[], options: ClusterRunOptions<N>) {
    const { supporting = [] } = options
    this.#members = members
    this.#hosts = [...members, ...supporting]
    this.#scheduled = scheduled
    this.#options = options
    this.#events = new RunEvents(cluster, event => options.report(event), options.clock)
    const roles = new Set(scheduled.map(({ role }) => role))
    this.#checks = new CheckCache(members, { ...options, run: ownerText(options.run), supporting, roles })
    this.#tasks = new TaskRunner({ members, supporting }, scheduled, this.#checks, this.#events, options)
  }

  /**
   * @param lock - keeps other runs out, or rejects: nothing is changed before that. Resolves to whether it had to wait for one of them.
   * @param precheck - checks the cluster, and rejects if nothing may be changed. It writes nothing before the lock is taken.
   */
  async run(lock?: () => Promise<boolean>, precheck?: (locked: Promise<void>) => Promise<void>): Promise<void> {
    for (const host of this.#hosts) host.boundReads(this.#options.queue)
    this.#checks.prefetch(this.#scheduled)
    // Prefetched questions are sent at the end of this turn of the event loop, together with and behind the commands of the lock.
    const locked = lock?.() ?? Promise.resolve(false)
    // A cluster on which another run has worked meanwhile is checked again: until then, nothing is written.
    const lockedAtOnce = locked.then(hasWaited => {
      if (hasWaited) throw new LockedError('another run has worked on it')
    })
    lockedAtOnce.catch(() => {})
    const checked = precheck?.(lockedAtOnce)
    // A lock that cannot be taken is reported first.
    checked?.catch(() => {})
    await ((await locked) ? precheck?.(Promise.resolve()) : checked)
    for (const stage of stages(this.#scheduled)) {
      await this.#runStage(stage)
      // Assertions behind a trial check what it has left: without one, they would repeat those before it.
      if (stage.scope === 'trial' && !this.#hasTried) break
    }
    this.#events.reportLostNodes(this.#hosts)
  }

  async #runStage(stage: Stage<N>): Promise<void> {
    switch (stage.scope) {
      case 'cluster':
        return this.#tasks.runOnCluster(stage.task)
      case 'trial':
        return this.#tasks.withLeader(stage.task, async leader => this.#runTrial(stage.task, leader))
      case 'assertion':
        return this.#assert(stage.tasks, this.#selected(stage.selected))
      case 'node': {
        const onNode = async (member: Member<N>) =>
          this.#options.queue.add(async () =>
            member.occupy(async () => {
              for (const task of stage.tasks) if (isFor(task, member.name)) await this.#tasks.runOnNode(task, member)
            }),
          )
        const hosts = this.#hosts.filter(({ name }) => stage.tasks.some(task => isFor(task, name)))
        if (stage.oneAtATime) for (const host of hosts) await onNode(host)
        else await Promise.all(hosts.map(onNode))
      }
    }
  }

  #selected(names: Set<string>): Member<N>[] {
    return this.#members.filter(({ name }) => names.has(name))
  }

  async #assert(assertions: [ScheduledAssertion<N>, ...ScheduledAssertion<N>[]], selected: Member<N>[]): Promise<void> {
    this.#events.reportLostNodes(this.#hosts)
    const reason = this.#unassertable(selected)
    if (reason) for (const assertion of assertions) this.#events.settled(assertion, undefined, reason, 0)
    else
      await assertTogether(assertions, selected, {
        hosts: this.#hosts,
        checks: this.#checks,
        events: this.#events,
        ...this.#options,
      })
  }

  /** Why assertions are not checked. */
  #unassertable(selected: Member<N>[]): Settled | undefined {
    const leader = selected.find(({ trouble }) => trouble === undefined)
    const obstacle = leader ? this.#tasks.obstacle(leader) : selected.map(({ trouble }) => trouble).join(', ')
    if (obstacle !== undefined) return { status: 'skipped', reason: obstacle }
    return this.#options.check && this.#events.outcomes.anyUnsettled
      ? { status: 'unknown', reason: 'until all changes are made' }
      : undefined
  }

  async #runTrial(trial: ScheduledTrial<N>, leader: Member<N>): Promise<void> {
    // What a trial has restored may need a moment to settle, as after a change.
    await this.#tasks.perform(
      trial,
      leader,
      async progress => {
        const scope: TrialScope<N> = {
          ...this.#checks.scope(trial, leader, progress),
          report: event => this.#events.added(event),
        }
        return this.#try(trial, scope)
      },
      undefined,
      () => this.#hasTried,
    )
  }

  /** Runs a trial if everything is as it should be, and people confirm it. */
  async #try(trial: ScheduledTrial<N>, scope: TrialScope<N>): Promise<Settled> {
    const { plan, run, tolerant = false } = trial.task
    const { failures } = this.#events.outcomes
    const obstacles = tolerant
      ? []
      : [
          ...this.#members.flatMap(({ trouble }) => trouble ?? []),
          ...(failures === 0 ? [] : [`${failures} failed before it`]),
        ]
    if (obstacles.length > 0)
      return { status: 'skipped', reason: `${obstacles.join(', ')}: nothing was done to the cluster` }
    const intention = await plan(scope)
    if (this.#options.check) return { status: 'skipped', reason: `it would be done: ${intention.join('; ')}` }
    if (!(await this.#options.confirm?.(intention)))
      return { status: 'skipped', reason: 'not confirmed: nothing was done to the cluster' }
    this.#hasTried = true
    this.#events.started(trial, undefined, true)
    try {
      return { status: 'ok', effects: await run(scope) }
    } finally {
      for (const host of this.#hosts) host.changed()
    }
  }
}
