import { systemClock, type Clock } from '../clock.js'
import type { PlugReply, PlugState } from './plug-reply.js'

/** Moves the contact of a plug, and returns when it has moved and after the movements before it. */
export type MoveContact = (isOn: boolean) => Promise<void>

/** The relay of one plug, which moves at once or after a time. */
export class Relay {
  readonly #moveContact: MoveContact
  readonly #clock: Clock
  /** What cancels each movement that is still to come. */
  readonly #pending = new Set<() => void>()
  #timer: PlugState['timer']

  constructor(moveContact: MoveContact, clock: Clock = systemClock) {
    this.#moveContact = moveContact
    this.#clock = clock
  }

  /** Set while the relay is going to move by itself. */
  get timer(): PlugState['timer'] {
    return this.#timer
  }

  /**
   * Returns when the movements that are due at once are done. The time of the others counts from then, so that a node is
   * without power for as long as was asked.
   */
  async obey({ moves, pending }: Pick<PlugReply, 'moves' | 'pending'>): Promise<void> {
    if (pending === 'forget') this.#forget()
    for (const { isOn, afterSeconds } of moves) if (afterSeconds === 0) await this.#moveContact(isOn)
    for (const { isOn, afterSeconds } of moves) if (afterSeconds > 0) this.#moveLater(isOn, afterSeconds)
  }

  #moveLater(isOn: boolean, seconds: number): void {
    this.#timer = { started: Date.now() / 1000, duration: seconds }
    const cancel = this.#clock.after(seconds * 1000, () => {
      this.#pending.delete(cancel)
      if (this.#pending.size === 0) this.#timer = undefined
      void this.#moveContact(isOn)
    })
    this.#pending.add(cancel)
  }

  #forget(): void {
    for (const cancel of this.#pending) cancel()
    this.#pending.clear()
    this.#timer = undefined
  }
}
