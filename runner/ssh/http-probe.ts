import { get } from 'node:http'
import { systemClock, type Clock } from '../clock.js'
import type { Answer } from './http.js'

/** Milliseconds from one request to the next: 25 a second, whatever becomes of those before. */
const interval = 40

/** Milliseconds until a request counts as failed; a lost SYN is sent again after a second. */
const patience = 1500

/** So many requests can be open at once by what stands above; more of them means that this machine is too slow. */
const mostOpen = 2 * Math.ceil(patience / interval)

/** One request. */
export interface Asked {
  /** When it was made, in milliseconds since 1970. */
  at: number
  /** How long it took, in milliseconds. */
  ms: number
  /** Who served it, as `judge` says; undefined where it failed. */
  server?: string | undefined
  error?: string | undefined
}

export interface ProbeOptions {
  /** The address to ask, and how to get there: directly, or over a socket file that leads to its port 80. */
  address: string
  socket?: string | undefined
  /** Who served an answer. Throws where it is not a good one. */
  judge: (answer: Answer) => string
  clock?: Clock
}

/** The time in milliseconds since 1970, by a clock that never jumps. */
export function now(clock: Clock = systemClock): number {
  return performance.timeOrigin + clock.now()
}

/** Asks for a page many times a second, as many visitors would: each request over a connection of its own. */
export class HttpProbe {
  readonly #options: ProbeOptions
  readonly #asked: Asked[] = []
  readonly #clock: Clock
  #cancel: (() => void) | undefined
  #open = 0
  #broken: string | undefined

  constructor(options: ProbeOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  start(): void {
    this.#cancel = this.#clock.after(interval, () => {
      this.start()
      this.#ask()
    })
  }

  /** No request is made any more; those that are open are not waited for. @returns all that have ended, by when they were made. */
  stop(): Asked[] {
    this.#cancel?.()
    return this.asked
  }

  /** Those that have ended, by when they were made. */
  get asked(): Asked[] {
    return this.#asked.toSorted((one, other) => one.at - other.at)
  }

  /** Whether the page has answered well of late: nearly all requests of a second, and none failed shortly before. */
  get isWell(): boolean {
    const end = now(this.#clock)
    const good = this.#asked.filter(({ at, error }) => error === undefined && at > end - 1300 && at < end - 300)
    return good.length >= 0.6 * 1000 / interval && !this.#asked.some(({ at, error }) => error !== undefined && at > end - 1300 - patience)
  }

  /** Whether a request that was made after a moment (milliseconds since 1970) has failed. */
  hasFailedSince(moment: number): boolean {
    return this.#asked.some(({ at, error }) => error !== undefined && at >= moment)
  }

  /** Why nothing is known any more: the way to the page has gone, which says nothing of the page. */
  get broken(): string | undefined {
    return this.#broken
  }

  #ask(): void {
    if (this.#open >= mostOpen) return
    const { address, socket, judge } = this.#options
    const at = now(this.#clock)
    this.#open += 1
    let ended = false
    const end = (outcome: { server: string } | { error: string }) => {
      if (ended) return
      ended = true
      cancelLate()
      this.#open -= 1
      this.#asked.push({ at, ms: now(this.#clock) - at, ...outcome })
    }
    const request = get({ host: address, path: '/', agent: false, ...socket !== undefined && { socketPath: socket } }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => { body += chunk })
      response.on('error', ({ message }) => end({ error: message }))
      response.on('end', () => {
        try {
          end({ server: judge({ status: response.statusCode ?? 0, body }) })
        } catch (error) {
          end({ error: (error as Error).message })
        }
      })
    })
    const cancelLate = this.#clock.after(patience, () => request.destroy(new Error(`no answer within ${patience / 1000} s`)))
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The socket file is ssh's own: whatever the page does, ssh takes the connection.
      if (error.syscall === 'connect' && socket !== undefined) {
        this.#broken ??= error.message
        cancelLate()
        this.#open -= 1
        ended = true
        return
      }
      end({ error: error.code === 'ECONNRESET' ? 'no connection' : error.message })
    })
  }
}
