import { ConnectError } from '../errors.js'
import type { Member, NodeLike } from '../tasks/member.js'
import type { ScheduledTask } from './schedule.js'
import type { ReportProgress } from '../tasks/progress.js'
import type { ClusterScope, Finding, NodeScope, Verdict } from '../tasks/task.js'

/** What every task's scope has in common. */
export type CheckOptions = Pick<ClusterScope, 'roles' | 'stop' | 'abandon' | 'consent'>

/** Checks go out together, before their tasks' turns: there is no row that could show what they are at. */
const silent: ReportProgress = () => {}

/** Makes a cluster's checks: all of them at once at the beginning, and again where something has changed since. */
export class CheckCache<N extends NodeLike> {
  readonly #members: Member<N>[]
  readonly #options: CheckOptions
  readonly #early = new Map<string, { finding: Promise<Finding | Verdict>; generation: number }>()

  constructor(members: Member<N>[], { roles, stop, abandon, consent }: CheckOptions) {
    this.#members = members
    this.#options = { roles, stop, abandon, consent }
  }

  /** All checks go out at once: a run with nothing to do costs about one round trip a node. */
  begin(scheduled: ScheduledTask<N>[]): void {
    for (const slot of scheduled) {
      if (slot.scope === 'trial') continue
      const chosen = this.#members.filter(({ name, unreachable }) => slot.selected.has(name) && !unreachable)
      for (const member of slot.scope === 'node' ? chosen : chosen.slice(0, 1)) {
        const finding = this.again(slot, member)
        // A failed early look is met again at the task's turn.
        finding.catch(() => {})
        this.#early.set(this.#key(slot, member), { finding, generation: this.#generation(slot, member) })
      }
    }
  }

  /** What the early look found, where this run has changed nothing since that it read; else a new look. */
  async finding(slot: ScheduledTask<N>, member: Member<N>): Promise<Finding | Verdict> {
    const early = this.#early.get(this.#key(slot, member))
    if (early?.generation !== this.#generation(slot, member)) return this.again(slot, member)
    try {
      return await early.finding
    } catch (error) {
      // A node that was lost since then is left out of a second look at the others.
      if (error instanceof ConnectError && !member.unreachable) return this.again(slot, member)
      throw error
    }
  }

  async again(slot: ScheduledTask<N>, member: Member<N>): Promise<Finding | Verdict> {
    const own = slot.of(member.name)
    if (own.scope === 'trial') throw new Error(`"${slot.role}: ${slot.name}" is a trial: it has no check`)
    return own.scope === 'node' ? own.check(this.nodeScope(slot, member)) : own.check(this.scope(slot, member))
  }

  scope(slot: ScheduledTask<N>, leader: Member<N>, progress = silent): ClusterScope<N> {
    const selected = this.#members.filter(({ name }) => slot.selected.has(name))
    return { members: this.#members, selected, leader, progress, ...this.#options }
  }

  nodeScope(slot: ScheduledTask<N>, member: Member<N>, progress = silent): NodeScope {
    const { consent, abandon } = this.#options
    const apart = this.#members.filter(other => other !== member && (other.trouble !== undefined || !slot.selected.has(other.name)))
    return { $: member.$, read: member.read, consent, member, apart: apart.map(({ name }) => name), abandon, progress }
  }

  #generation(slot: ScheduledTask<N>, member: Member<N>): number {
    const read = slot.scope === 'node' ? [member] : this.#members
    return read.reduce((sum, { generation }) => sum + generation, 0)
  }

  #key(slot: ScheduledTask<N>, member: Member<N>): string {
    return `${slot.role}/${slot.index}/${slot.scope === 'node' ? member.name : ''}`
  }
}
