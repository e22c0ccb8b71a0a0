import { once } from 'node:events'
import { systemClock, type Clock } from '../clock.js'
import { HaRunError } from '../errors.js'
import type { Connections } from './connections.js'
import { errorReport } from './error-report.js'
import type { ErrorReport } from './events.js'
import { Member, type NodeLike } from '../tasks/member.js'

/** What was seen of a node in one look: its answer, or why there is none; neither where it was not to be asked. */
export interface PollResult<N extends NodeLike, T> {
  node: N
  seen?: T | undefined
  /** It cannot be reached. */
  absence?: ErrorReport | undefined
  /** It has not answered yet, for so many seconds. */
  waiting?: number | undefined
}

interface PolledNode<N extends NodeLike, T> {
  node: N
  member?: Member<N>
  /** Of the last question that was answered. */
  seen?: T | undefined
  absence?: ErrorReport | undefined
  /** The question that is not answered yet. */
  open?: { since: number; over: Promise<void> }
  /** It was late or could not be reached, so that no look waits for it before it has answered. */
  isLate: boolean
}

/** Looks at nodes again and again, over one session each; a lost one is opened anew. */
export class NodePoller<N extends NodeLike, T> {
  readonly #polled: PolledNode<N, T>[]
  readonly #connections: Connections
  readonly #ask: (member: Member<N>) => Promise<T>
  readonly #clock: Clock
  #defect: unknown

  /** @param ask - what to find out of a node. */
  constructor(nodes: N[], connections: Connections, ask: (member: Member<N>) => Promise<T>, clock: Clock = systemClock) {
    this.#polled = nodes.map(node => ({ node, isLate: false }))
    this.#connections = connections
    this.#ask = ask
    this.#clock = clock
  }

  /**
   * Asks every node that owes no answer. A node that is late holds up one look, and then none until it has answered.
   *
   * @param patience - ms for the answers; without, it waits for all of them.
   * @param stop - ends the look.
   * @returns what has been seen by then. An answer of an earlier look counts no more.
   */
  async look(stop: AbortSignal, patience?: number): Promise<PollResult<N, T>[]> {
    for (const polled of this.#polled) {
      if (!polled.open) polled.open = { since: this.#clock.now(), over: this.#turn(polled) }
    }
    const awaited = this.#polled.filter(({ isLate }) => !isLate).map(({ open }) => open!.over)
    await within(Promise.all(awaited), { stop, patience, clock: this.#clock })
    for (const polled of this.#polled) polled.isLate ||= polled.open !== undefined
    if (this.#defect !== undefined) throw this.#defect
    return this.#polled.map(({ node, open, seen, absence }) => {
      if (!open) return { node, ...absence ? { absence } : { seen } }
      return absence ? { node, absence } : { node, waiting: Math.round((this.#clock.now() - open.since) / 1000) }
    })
  }

  /** The members that have answered in the last look. */
  get present(): Member<N>[] {
    return this.#polled.flatMap(({ member, open, absence }) => member && !open && !absence ? member : [])
  }

  /** The nodes that owe an answer. */
  get pending(): N[] {
    return this.#polled.flatMap(({ node, open }) => open ? node : [])
  }

  /** Gives up the sessions of nodes that owe an answer: the others close quickly. */
  giveUp(): void {
    for (const { member, open } of this.#polled) if (open && member && !member.unreachable) member.connection.session.abandon()
  }

  async #turn(polled: PolledNode<N, T>): Promise<void> {
    try {
      if (!polled.member || polled.member.unreachable) {
        const { connection } = await (polled.member ?? polled.absence ? this.#connections.again(polled.node) : this.#connections.to(polled.node))
        polled.member = new Member(polled.node, connection)
      }
      polled.member.changed()
      polled.seen = await this.#ask(polled.member)
      polled.absence = undefined
    } catch (error) {
      if (!(error instanceof HaRunError)) this.#defect = error
      polled.absence = errorReport(error)
    }
    delete polled.open
    polled.isLate = polled.absence !== undefined
  }
}

/** Waits for what is awaited, for so many ms, or for the end of it all, whichever comes first. */
async function within(awaited: Promise<unknown>, { stop, patience, clock }: { stop: AbortSignal; patience: number | undefined; clock: Clock }): Promise<void> {
  const over = new AbortController()
  const end = () => over.abort()
  stop.addEventListener('abort', end)
  const cancel = patience === undefined ? undefined : clock.after(patience, end)
  if (stop.aborted) end()
  void awaited.then(end)
  try {
    if (!over.signal.aborted) await once(over.signal, 'abort')
  } finally {
    cancel?.()
    stop.removeEventListener('abort', end)
  }
}
