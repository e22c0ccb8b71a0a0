import type { Clock } from '../clock.js'
import { remote } from '../ssh/remote.js'
import type { Session } from '../ssh/session.js'
import type { Difference } from '../tasks/difference.js'
import type { CheckCache } from './check-cache.js'
import type { Member, NodeLike } from '../tasks/member.js'
import type { ScheduledTask } from './schedule.js'
import type { Progress } from '../tasks/progress.js'
import type { NodeTask } from '../tasks/task.js'

/** A task that was begun ahead of its turn. */
export interface StartedApply {
  /** What it closes. */
  differences: Difference[]
  started: number
  /** Settles as its `apply` does. */
  applied: Promise<string[] | void>
  /** Milliseconds from the end of `apply` to the task's turn, if it had ended by then. */
  waited(): number
}

export interface AheadOptions<N extends NodeLike> {
  /** Whether nothing must be begun any more. */
  isOver(): boolean
  /** Tells people that a task begins. @returns what it may tell them while it goes on. */
  begin(slot: ScheduledTask<N>, member: Member<N>): Progress
  /** Tells people that it has been applied, and waits for its turn. */
  rest(slot: ScheduledTask<N>, member: Member<N>): void
  clock: Clock
}

/**
 * Applies tasks of a node ahead of their turn, one after the other, over a session beside the node's own. Whether they are
 * in sync afterwards is confirmed and reported at their turn.
 */
export class BackgroundTasks<N extends NodeLike> {
  readonly #scheduled: ScheduledTask<N>[]
  readonly #checks: CheckCache<N>
  readonly #options: AheadOptions<N>
  readonly #decisions = new Map<NodeTask, Promise<StartedApply | undefined>>()
  /** Where tasks are being applied ahead: one after the other, so that there is one session for them. */
  readonly #busy = new Set<Member<N>>()

  constructor(scheduled: ScheduledTask<N>[], checks: CheckCache<N>, options: AheadOptions<N>) {
    this.#scheduled = scheduled
    this.#checks = checks
    this.#options = options
  }

  /**
   * A task of this kind has been applied at its turn: those behind it follow at once. Not beyond a task that is for one node
   * at a time: such a one may take the connection away.
   */
  follow(slot: ScheduledTask<N>, member: Member<N>): void {
    if (this.#busy.has(member)) return
    this.#busy.add(member)
    const behind = this.#scheduled.slice(this.#scheduled.indexOf(slot) + 1)
    const end = behind.findIndex(({ oneAtATime }) => oneAtATime)
    let goesOn = Promise.resolve(true)
    for (const next of end < 0 ? behind : behind.slice(0, end)) {
      if (next.scope !== 'node' || !next.selected.has(member.name)) continue
      const task = next.of(member.name) as NodeTask
      if (!task.background || this.#decisions.has(task)) continue
      const decision = goesOn.then(async may => may ? this.#begin(next, member) : undefined)
      this.#decisions.set(task, decision)
      goesOn = decision.then(async begun => begun ? begun.applied.then(() => true, () => false) : true)
    }
    void goesOn.then(async () => {
      if (!member.unreachable) await member.connection.closeSecondSession()
      this.#busy.delete(member)
    })
  }

  /** What was begun of a task by the time of its turn; waits for the tasks that were begun before it. */
  async begun(task: NodeTask): Promise<StartedApply | undefined> {
    return this.#decisions.get(task)
  }

  /** A task that is in sync, or cannot be looked at yet, is left to its turn; so are all where sshd allows no second session. */
  async #begin(slot: ScheduledTask<N>, member: Member<N>): Promise<StartedApply | undefined> {
    const differences = await this.#checks.finding(slot, member).catch(() => undefined)
    if (!Array.isArray(differences) || differences.length === 0) return undefined
    const session = await member.connection.openSecondSession().catch(() => undefined)
    if (!session || this.#options.isOver() || member.trouble !== undefined) return undefined
    const { clock } = this.#options
    const started = clock.now()
    const applied = this.#apply(slot, member, session, differences)
    // A failure is met at the task's turn.
    let ended: number | undefined
    applied.catch(() => {}).finally(() => { ended = clock.now() })
    return { differences, started, applied, waited: () => ended === undefined ? 0 : clock.now() - ended }
  }

  async #apply(slot: ScheduledTask<N>, member: Member<N>, session: Session, differences: Difference[]): Promise<string[] | void> {
    const progress = this.#options.begin(slot, member)
    try {
      const { name } = member
      const $ = remote({ name, session })
      return await (slot.of(name) as NodeTask).apply({ ...this.#checks.nodeScope(slot, member, progress.tell), $ }, differences)
    } finally {
      progress.end()
      this.#options.rest(slot, member)
      member.changed()
    }
  }
}
