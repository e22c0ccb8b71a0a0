import type PQueue from 'p-queue'
import { ConnectError } from '../errors.js'
import type { Member, NodeLike } from '../tasks/member.js'
import type { ReportProgress } from '../tasks/progress.js'
import type { Finding, Verdict } from '../tasks/task.js'
import type { ClusterScope, NodeScope } from '../tasks/scope.js'
import {
  isFor,
  taskOf,
  type ScheduledAssertion,
  type ScheduledClusterTask,
  type ScheduledNodeTask,
  type ScheduledTask,
} from './schedule.js'

/** What the scopes of all tasks have in common. */
export type CheckOptions<N extends NodeLike = NodeLike> = Pick<
  ClusterScope<N>,
  'supporting' | 'run' | 'roles' | 'stop' | 'abandon' | 'consent'
> & { queue: PQueue }

/** Prefetched checks run before their tasks start: no row can show their progress. */
const silent: ReportProgress = () => {}

/** One check: prefetched together with others, and repeated once this run has changed what it reads. */
export class CachedCheck<T, N extends NodeLike> {
  readonly #check: (member: Member<N>) => Promise<T>
  readonly #generation: () => number
  #prefetched: { result: Promise<T>; generation: number } | undefined

  /** @param generation - of what it reads: it grows with every change. */
  constructor(check: (member: Member<N>) => Promise<T>, generation: () => number) {
    this.#check = check
    this.#generation = generation
  }

  /** Settles when the check has ended, however it ends: an error is reported when the task runs. */
  async prefetch(member: Member<N>): Promise<void> {
    const result = this.recheck(member)
    this.#prefetched = { result, generation: this.#generation() }
    await result.catch(() => {})
  }

  /** Settles when a prefetched check has ended, without repeating it. */
  async prefetched(): Promise<void> {
    await this.#prefetched?.result.catch(() => {})
  }

  /** The prefetched result if this run has changed nothing since; otherwise a new one. */
  async result(member: Member<N>): Promise<T> {
    if (this.#prefetched?.generation !== this.#generation()) return this.recheck(member)
    try {
      return await this.#prefetched.result
    } catch (error) {
      // A node that was lost since then is left out when the others are checked again.
      if (error instanceof ConnectError && !member.unreachable) return this.recheck(member)
      throw error
    }
  }

  async recheck(member: Member<N>): Promise<T> {
    return this.#check(member)
  }
}

/** The checks of one cluster's tasks. */
export class CheckCache<N extends NodeLike> {
  readonly #members: Member<N>[]
  readonly #options: CheckOptions<N>
  readonly #nodeChecks = new Map<ScheduledNodeTask, Map<Member<N>, CachedCheck<Finding, N>>>()
  readonly #clusterChecks = new Map<ScheduledClusterTask<N>, CachedCheck<Finding, N>>()
  readonly #assertions = new Map<ScheduledAssertion<N>, CachedCheck<Verdict, N>>()

  constructor(members: Member<N>[], { supporting, run, roles, stop, abandon, consent, queue }: CheckOptions<N>) {
    this.#members = members
    this.#options = { supporting, run, roles, stop, abandon, consent, queue }
  }

  get #hosts(): Member<N>[] {
    return [...this.#members, ...this.#options.supporting]
  }

  /** Sends all checks at once: a run with nothing to do costs about one round trip per node. The queue bounds how many nodes are checked at once. */
  prefetch(scheduled: ScheduledTask<N>[]): void {
    const isReady = ({ name, unreachable }: Member<N>, task: ScheduledTask<N>) => isFor(task, name) && !unreachable
    for (const member of this.#hosts) {
      const own = scheduled.filter(task => task.scope === 'node').filter(task => isReady(member, task))
      if (own.length > 0)
        void this.#options.queue.add(async () => {
          // While it waited for its place, the run may have been interrupted or the node lost.
          if (this.#options.stop.aborted || member.unreachable) return
          await member.occupy(async () => Promise.all(own.map(async task => this.node(task, member).prefetch(member))))
        })
    }
    for (const task of scheduled) {
      const leader = this.#members.find(member => isReady(member, task))
      if (!leader) continue
      if (task.scope === 'cluster') void this.cluster(task).prefetch(leader)
      if (task.scope === 'assertion') void this.assertion(task).prefetch(leader)
    }
  }

  node(task: ScheduledNodeTask, member: Member<N>): CachedCheck<Finding, N> {
    const checks = entry(this.#nodeChecks, task, () => new Map<Member<N>, CachedCheck<Finding, N>>())
    return entry(
      checks,
      member,
      () =>
        new CachedCheck(
          async () => taskOf(task, member.name).check(this.nodeScope(task, member)),
          () => member.generation,
        ),
    )
  }

  cluster(task: ScheduledClusterTask<N>): CachedCheck<Finding, N> {
    return entry(
      this.#clusterChecks,
      task,
      () =>
        new CachedCheck(
          async leader => task.task.check(this.scope(task, leader)),
          () => this.#generation,
        ),
    )
  }

  assertion(task: ScheduledAssertion<N>): CachedCheck<Verdict, N> {
    return entry(
      this.#assertions,
      task,
      () =>
        new CachedCheck(
          async leader => task.task.check(this.scope(task, leader)),
          () => this.#generation,
        ),
    )
  }

  scope({ selected }: ScheduledTask<N>, leader: Member<N>, progress = silent): ClusterScope<N> {
    const { supporting, run, roles, stop, abandon, consent } = this.#options
    return {
      members: this.#members,
      supporting,
      selected: this.#members.filter(({ name }) => selected.has(name)),
      leader,
      progress,
      run,
      roles,
      stop,
      abandon,
      consent,
    }
  }

  nodeScope({ selected }: ScheduledTask<N>, member: Member<N>, progress = silent): NodeScope {
    const { consent, abandon } = this.#options
    const apart = this.#members.filter(
      other => other !== member && (other.trouble !== undefined || !selected.has(other.name)),
    )
    return { $: member.$, read: member.read, consent, member, apart: apart.map(({ name }) => name), abandon, progress }
  }

  get #generation(): number {
    return this.#hosts.reduce((sum, { generation }) => sum + generation, 0)
  }
}

/** The value of a key, which is made when it is first asked for. */
function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
