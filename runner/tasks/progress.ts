import { systemClock, type Clock } from '../clock.js'

/** Reports what a task is doing; without a text, clears the report. */
export type ReportProgress = (text?: string) => void

/** At most three texts a second: nobody reads faster, and apt reports a hundred. */
const intervalMs = 300

/** Limits what a task reports of its progress: only new texts, not too often, and always the latest. */
export class Progress {
  readonly #show: (text: string) => void
  readonly #clock: Clock
  #latest = ''
  #shown = ''
  #cancel: (() => void) | undefined
  #hasEnded = false

  /** @param show - is given a text, or an empty one to clear the report. */
  constructor(show: (text: string) => void, clock: Clock = systemClock) {
    this.#show = show
    this.#clock = clock
  }

  readonly report: ReportProgress = (text = '') => {
    this.#latest = text
    if (this.#cancel === undefined) this.#update()
  }

  /** The task has ended: nothing more is shown. */
  end(): void {
    this.#hasEnded = true
    this.#cancel?.()
  }

  #update(): void {
    this.#cancel = undefined
    if (this.#hasEnded || this.#latest === this.#shown) return
    this.#shown = this.#latest
    this.#show(this.#shown)
    this.#cancel = this.#clock.after(intervalMs, () => this.#update())
  }
}
