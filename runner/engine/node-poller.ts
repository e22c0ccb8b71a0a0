import { once } from 'node:events'
import { systemClock, type Clock } from '../clock.js'
import { HaRunError } from '../errors.js'
import { Member, type NodeLike } from '../tasks/member.js'
import type { Connections } from './connections.js'
import { errorReport } from './error-report.js'
import type { ErrorReport } from './events.js'

/** The result of one poll of a node: its answer, or why there is none; neither if it was not to be asked. */
export interface PollResult<N extends NodeLike, T> {
  node: N
  seen?: T | undefined
  /** It cannot be reached. */
  absence?: ErrorReport | undefined
  /** Seconds for which it has not answered. */
  waiting?: number | undefined
}

interface PolledNode<N extends NodeLike, T> {
  node: N
  member?: Member<N>
  /** The last answer. */
  seen?: T | undefined
  absence?: ErrorReport | undefined
  /** The query that is not answered yet. */
  query?: { since: number; settled: Promise<void> }
  /** It was late or could not be reached: no poll waits for it before it has answered. */
  isLate: boolean
}

/** Polls nodes again and again, over one session each; a lost session is opened again. */
export class NodePoller<N extends NodeLike, T> {
  readonly #polled: PolledNode<N, T>[]
  readonly #connections: Connections
  readonly #ask: (member: Member<N>) => Promise<T>
  readonly #clock: Clock
  #defect: unknown

  /** @param ask - reads from a node what is polled. */
  constructor(
    nodes: N[],
    connections: Connections,
    ask: (member: Member<N>) => Promise<T>,
    clock: Clock = systemClock,
  ) {
    this.#polled = nodes.map(node => ({ node, isLate: false }))
    this.#connections = connections
    this.#ask = ask
    this.#clock = clock
  }

  /**
   * Asks every node that has answered its last query. A late node delays one poll, and then none until it has answered.
   *
   * @param stop - ends the poll.
   * @param timeoutMs - how long to wait for answers; without it, until all have come.
   * @returns what was answered by then. Answers of an earlier poll do not count.
   */
  async poll(stop: AbortSignal, timeoutMs?: number): Promise<PollResult<N, T>[]> {
    for (const polled of this.#polled) polled.query ??= { since: this.#clock.now(), settled: this.#query(polled) }
    const awaited = this.#polled.flatMap(({ isLate, query }) => (isLate || !query ? [] : query.settled))
    await firstOf(Promise.all(awaited), { stop, timeoutMs, clock: this.#clock })
    for (const polled of this.#polled) polled.isLate ||= polled.query !== undefined
    if (this.#defect !== undefined) throw this.#defect
    return this.#polled.map(({ node, query, seen, absence }) => {
      if (!query) return { node, ...(absence ? { absence } : { seen }) }
      return absence ? { node, absence } : { node, waiting: Math.round((this.#clock.now() - query.since) / 1000) }
    })
  }

  /** The members that have answered in the last poll. */
  get present(): Member<N>[] {
    return this.#polled.flatMap(({ member, query, absence }) => (member && !query && !absence ? member : []))
  }

  /** The nodes that have not answered yet. */
  get pending(): N[] {
    return this.#polled.flatMap(({ node, query }) => (query ? node : []))
  }

  /** Gives up the sessions of pending nodes: the other sessions close quickly. */
  giveUp(): void {
    for (const { member, query } of this.#polled)
      if (query && member && !member.unreachable) member.connection.session.abandon()
  }

  async #query(polled: PolledNode<N, T>): Promise<void> {
    try {
      if (!polled.member || polled.member.unreachable) {
        const { connection } = await ((polled.member ?? polled.absence)
          ? this.#connections.reconnect(polled.node)
          : this.#connections.to(polled.node))
        polled.member = new Member(polled.node, connection)
      }
      polled.member.changed()
      polled.seen = await this.#ask(polled.member)
      polled.absence = undefined
    } catch (error) {
      if (!(error instanceof HaRunError)) this.#defect = error
      polled.absence = errorReport(error)
    }
    delete polled.query
    polled.isLate = polled.absence !== undefined
  }
}

/** Waits for a promise, the timeout, or `stop`, whichever comes first. */
async function firstOf(
  awaited: Promise<unknown>,
  { stop, timeoutMs, clock }: { stop: AbortSignal; timeoutMs: number | undefined; clock: Clock },
): Promise<void> {
  const over = new AbortController()
  const end = () => over.abort()
  stop.addEventListener('abort', end)
  const cancel = timeoutMs === undefined ? undefined : clock.after(timeoutMs, end)
  if (stop.aborted) end()
  void awaited.then(end)
  try {
    if (!over.signal.aborted) await once(over.signal, 'abort')
  } finally {
    cancel?.()
    stop.removeEventListener('abort', end)
  }
}
