import { systemClock, type Clock } from '../clock.js'

/** Tells people what a task is at; with no text, that there is no more to say of it. */
export type ReportProgress = (text?: string) => void

/** Three texts a second at most: nobody reads faster, and apt says a hundred. */
const pause = 300

/** Passes on what a task says of itself: only what is new, not too often, and always the latest. */
export class Progress {
  readonly #report: (text: string) => void
  #latest = ''
  #told = ''
  readonly #clock: Clock
  #cancel: (() => void) | undefined
  #ended = false

  /** @param report - is given a text, or an empty one where there is no more to say. */
  constructor(report: (text: string) => void, clock: Clock = systemClock) {
    this.#report = report
    this.#clock = clock
  }

  readonly tell: ReportProgress = (text = '') => {
    this.#latest = text
    if (this.#cancel === undefined) this.#pass()
  }

  /** The task is over: nothing is said of it any more. */
  end(): void {
    this.#ended = true
    this.#cancel?.()
  }

  #pass(): void {
    this.#cancel = undefined
    if (this.#ended || this.#latest === this.#told) return
    this.#told = this.#latest
    this.#report(this.#told)
    this.#cancel = this.#clock.after(pause, () => this.#pass())
  }
}
