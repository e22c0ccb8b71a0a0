import { systemClock, type Clock } from '../clock.js'
import type { TaskStartSignal } from '../engine/events.js'
import type { AnyEvent } from './visible.js'

/** Seconds after which a task that goes on is worth a line; later it gets one every ten minutes. */
const times = [10, 30, 60, 120, 300, 600]

/** A task that goes on: for how many seconds, and what it says it is at. */
export type Say = (signal: TaskStartSignal, seconds: number, text: string) => void

/** Tells of tasks that take long, where nobody sees them run. */
export class StillRunning {
  readonly #say: Say
  readonly #clock: Clock
  readonly #open = new Map<string, { text: string; cancel: () => void }>()

  constructor(say: Say, clock: Clock = systemClock) {
    this.#say = say
    this.#clock = clock
  }

  /** Notes when tasks begin and end, and what they say meanwhile. */
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
      // It begins a second time when it is applied, after its check.
      this.#open.set(key, { text: '', cancel: () => {} })
      this.#wait(key, event, 0)
    }
  }

  /** Nothing is said any more. */
  close(): void {
    for (const { cancel } of this.#open.values()) cancel()
    this.#open.clear()
  }

  #wait(key: string, signal: TaskStartSignal, since: number): void {
    const open = this.#open.get(key)!
    const next = times.find(time => time > since) ?? since + times.at(-1)!
    open.cancel = this.#clock.after((next - since) * 1000, () => {
      this.#say(signal, next, open.text)
      this.#wait(key, signal, next)
    })
  }
}
