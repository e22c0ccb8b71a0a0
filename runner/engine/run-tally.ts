import { systemClock, type Clock } from '../clock.js'
import { exitCodes } from '../errors.js'
import type { MachineEvent, SummaryEvent } from './events.js'

/** Counts a run's events, for its summary and its exit code. */
export class RunTally {
  readonly #started: number
  readonly #clock: Clock
  readonly #counts = { ok: 0, changed: 0, would_change: 0, unknown: 0, failed: 0, unreachable: 0 }
  readonly #unreachable = new Set<string>()
  /** How many of the failures are defects of ha-run. */
  #defects = 0
  #urgent: number | undefined

  /** @param started - when the run started, by `clock`. */
  constructor(started: number, clock = systemClock) {
    this.#started = started
    this.#clock = clock
  }

  count(event: MachineEvent): void {
    if ('error' in event && event.error?.isDefect) this.#defects += 1
    if ('error' in event && event.error?.isUsage) this.override(exitCodes.usage)
    if (event.event === 'error') {
      if (event.status === 'unreachable') this.#addUnreachable(event.host)
      else if (event.status === 'failed') this.#counts.failed += 1
    }
    if (event.event !== 'task' && event.event !== 'assertion') return
    if (event.status === 'unreachable') this.#addUnreachable(event.host)
    else if (event.status === 'would-change') this.#counts.would_change += 1
    else if (event.status === 'warning') this.#counts.ok += 1
    else if (event.status !== 'skipped') this.#counts[event.status] += 1
  }

  /** Sets an exit code that is more urgent than what the counts give: interrupted, locked, wrong use. */
  override(exit: number): void {
    const order: number[] = Object.values(exitCodes)
    if (this.#urgent === undefined || order.indexOf(exit) < order.indexOf(this.#urgent)) this.#urgent = exit
  }

  get summary(): SummaryEvent {
    return {
      event: 'summary',
      ...this.#counts,
      unreachable: this.#unreachable.size,
      exit: this.#exit,
      ms: Math.round(this.#clock.now() - this.#started),
    }
  }

  get #exit(): number {
    if (this.#urgent !== undefined) return this.#urgent
    if (this.#unreachable.size > 0) return exitCodes.unreachable
    if (this.#counts.failed > this.#defects) return exitCodes.failed
    if (this.#defects > 0) return exitCodes.defect
    return this.#counts.would_change + this.#counts.unknown > 0 ? exitCodes.drift : exitCodes.ok
  }

  /** A lost node counts once, however many tasks failed because of it. */
  #addUnreachable(host: string | undefined): void {
    this.#unreachable.add(host ?? '')
  }
}
