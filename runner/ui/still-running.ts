import { systemClock, type Clock } from '../clock.js'
import type { TaskStartSignal } from '../engine/events.js'
import type { AnyEvent } from './visible.js'

/** Seconds after which a running task is reported; later, every ten minutes. */
const times = [10, 30, 60, 120, 300, 600]

/** Called for a task that is still running, with the seconds since its start and its progress. */
export type ReportRunning = (signal: TaskStartSignal, seconds: number, text: string) => void

/** Reports tasks that take long, for outputs without rows. */
export class StillRunning {
  readonly #report: ReportRunning
  readonly #clock: Clock
  readonly #open = new Map<string, { text: string; cancel: () => void }>()

  constructor(report: ReportRunning, clock: Clock = systemClock) {
    this.#report = report
    this.#clock = clock
  }

  /** Notes the start, the progress and the end of tasks. */
  apply(event: AnyEvent): void {
    if (!('task' in event)) return
    const key = JSON.stringify([event.cluster, event.host, event.role, event.task])
    const open = this.#open.get(key)
    if (event.event === 'progress') {
      if (open) open.text = event.text
    } else if (event.event !== 'task-start') {
      open?.cancel()
      this.#open.delete(key)
    } else if (!open) {
      // A task starts a second time when it is applied, after its check.
      this.#open.set(key, { text: '', cancel: () => {} })
      this.#wait(key, event, 0)
    }
  }

  /** Stops reporting. */
  close(): void {
    for (const { cancel } of this.#open.values()) cancel()
    this.#open.clear()
  }

  #wait(key: string, signal: TaskStartSignal, since: number): void {
    const open = this.#open.get(key)!
    const next = times.find(time => time > since) ?? since + times.at(-1)!
    open.cancel = this.#clock.after((next - since) * 1000, () => {
      this.#report(signal, next, open.text)
      this.#wait(key, signal, next)
    })
  }
}
