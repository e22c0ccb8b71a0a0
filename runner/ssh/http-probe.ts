import { get } from 'node:http'
import { systemClock, type Clock } from '../clock.js'
import type { HttpResponse } from './http.js'

/** 25 requests a second, whatever becomes of those before. */
const intervalMs = 40

/** Longer than a second, after which TCP repeats a lost SYN. */
const timeoutMs = 1500

/** Twice as many requests as can be open by these numbers; more of them means that this machine is too slow. */
const maxOpen = 2 * Math.ceil(timeoutMs / intervalMs)

/** One request. */
export interface ProbeRequest {
  /** When it was sent, in milliseconds since 1970. */
  at: number
  /** Its duration in milliseconds. */
  ms: number
  /** The server's name, from `serverOf`; undefined if it failed. */
  server?: string | undefined
  error?: string | undefined
}

export interface ProbeOptions {
  address: string
  /** A socket file that leads to the address's port 80; without, this machine connects to it. */
  socket?: string | undefined
  /** Names the server of a response. Throws if the response is not the expected page. */
  serverOf: (answer: HttpResponse) => string
  clock?: Clock
}

/** The time in milliseconds since 1970, by a clock that never jumps. */
export function now(clock: Clock = systemClock): number {
  return performance.timeOrigin + clock.now()
}

/** Requests a page many times a second, as many visitors would: each time over a connection of its own. */
export class HttpProbe {
  readonly #options: ProbeOptions
  readonly #requests: ProbeRequest[] = []
  readonly #clock: Clock
  #cancel: (() => void) | undefined
  #open = 0
  #broken: string | undefined

  constructor(options: ProbeOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  start(): void {
    this.#cancel = this.#clock.after(intervalMs, () => {
      this.start()
      this.#ask()
    })
  }

  /** Sends no more requests, and does not wait for open ones. @returns the requests that have ended, by sending time. */
  stop(): ProbeRequest[] {
    this.#cancel?.()
    return this.requests
  }

  /** The requests that have ended, by sending time. */
  get requests(): ProbeRequest[] {
    return this.#requests.toSorted((one, other) => one.at - other.at)
  }

  /** True if nearly all requests of the last second succeeded, and none failed shortly before. */
  get isHealthy(): boolean {
    const end = now(this.#clock)
    const good = this.#requests.filter(({ at, error }) => error === undefined && at > end - 1300 && at < end - 300)
    return (
      good.length >= (0.6 * 1000) / intervalMs &&
      !this.#requests.some(({ at, error }) => error !== undefined && at > end - 1300 - timeoutMs)
    )
  }

  /** True if a request that was sent since then (milliseconds since 1970) has failed. */
  hasFailedSince(moment: number): boolean {
    return this.#requests.some(({ at, error }) => error !== undefined && at >= moment)
  }

  /** Why the probe has no results any more: the socket file is gone, which is no fault of the page. */
  get broken(): string | undefined {
    return this.#broken
  }

  #ask(): void {
    if (this.#open >= maxOpen) return
    const { address, socket, serverOf } = this.#options
    const at = now(this.#clock)
    this.#open += 1
    let ended = false
    const end = (outcome: { server: string } | { error: string }) => {
      if (ended) return
      ended = true
      cancelLate()
      this.#open -= 1
      this.#requests.push({ at, ms: now(this.#clock) - at, ...outcome })
    }
    const request = get(
      { host: address, path: '/', agent: false, ...(socket !== undefined && { socketPath: socket }) },
      response => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        response.on('error', ({ message }) => end({ error: message }))
        response.on('end', () => {
          try {
            end({ server: serverOf({ status: response.statusCode ?? 0, body }) })
          } catch (error) {
            end({ error: (error as Error).message })
          }
        })
      },
    )
    const cancelLate = this.#clock.after(timeoutMs, () =>
      request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)),
    )
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The socket file belongs to ssh, which accepts the connection whatever the page does.
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
