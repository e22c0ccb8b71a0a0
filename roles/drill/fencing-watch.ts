import type { FencingEvent } from '../../runner/cluster/pacemaker/crm-mon.js'
import { now as systemNow } from '../../runner/ssh/probe-loop.js'
import type { View } from './observer.js'
import type { FencingSeen } from './recovered.js'

/** What the fencer has remembered since a moment. A node that was fenced has no view, and a node that is cut off has one of its own. */
export class FencingWatch {
  readonly #known: ReadonlySet<string>
  readonly #fenced = new Set<string>()
  readonly #now: () => number
  #failedAt: number | undefined

  /** @param before - the history before the fault. */
  constructor(before: FencingEvent[], now = systemNow) {
    this.#known = new Set(before.filter(({ status }) => status !== 'pending').map(idOf))
    this.#now = now
  }

  /** @param views - the cluster as the nodes see it now. */
  seen(views: View[]): FencingSeen {
    const states = views.flatMap(({ state }) => state ?? [])
    const events = states.flatMap(({ fencingHistory }) => fencingHistory).filter(event => !this.#known.has(idOf(event)))
    for (const { status, action, target } of events) {
      if (status === 'success' && action !== 'on') this.#fenced.add(target)
      if (status === 'failed') this.#failedAt ??= this.#now()
    }
    return {
      fenced: [...this.#fenced],
      isPending:
        events.some(({ status }) => status === 'pending') ||
        states.some(({ nodes }) => nodes.some(({ name, unclean }) => unclean && !this.#fenced.has(name))),
      failedForMs: this.#failedAt === undefined ? undefined : this.#now() - this.#failedAt,
    }
  }
}

/** Nodes agree on these parts of an event. */
const idOf = ({ action, target, client, origin, at }: FencingEvent) =>
  JSON.stringify([action, target, client, origin, at])
