import { HaRunError, TaskError } from '../errors.js'
import { outcome } from '../ssh/outcome.js'
import type { NodeSession } from '../ssh/remote-process.js'
import type { Family, Fact } from './fact.js'

/** For all facts of one frame. */
const frameTimeoutSeconds = 60

interface Request {
  family: Family<unknown>
  argument: string
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/** Reads facts from a node: each one once until `forget`, and those of one turn of the event loop together. */
export class FactReader {
  readonly #node: NodeSession
  readonly #whenFree: (read: () => Promise<void>) => Promise<void>
  #answers = new Map<Family<unknown>, Map<string, Promise<unknown>>>()
  #waiting: Request[] = []
  #isDue = false

  /** @param whenFree - calls back when the node may be read: all facts that are requested until then are read together. */
  constructor(node: NodeSession, whenFree: (read: () => Promise<void>) => Promise<void> = async read => read()) {
    this.#node = node
    this.#whenFree = whenFree
  }

  read<T>({ family, argument }: Fact<T>): Promise<T> {
    const answers = this.#answers.get(family) ?? new Map<string, Promise<unknown>>()
    this.#answers.set(family, answers)
    let answer = answers.get(argument)
    if (!answer) {
      answer = new Promise((resolve, reject) => {
        this.#waiting.push({ family, argument, resolve, reject })
      })
      answers.set(argument, answer)
    }
    if (this.#waiting.length > 0) this.#readSoon()
    return answer as Promise<T>
  }

  /** To be called after a change on the node: all facts are read again. */
  forget(): void {
    this.#answers = new Map()
  }

  /** At the end of this turn. A caller may be allowed to read at once although an earlier one still waits for that. */
  #readSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      void this.#whenFree(async () => this.#readWaiting())
    })
  }

  async #readWaiting(): Promise<void> {
    const waiting = this.#waiting.splice(0)
    if (waiting.length === 0) return
    // A fact may be requested twice in a turn, if `forget` was called in between.
    const families = [...new Set(waiting.map(({ family }) => family))].toSorted(foregroundFirst).map(family => {
      const requests = waiting.filter(request => request.family === family)
      return { family, requests, args: [...new Set(requests.map(({ argument }) => argument))] }
    })
    try {
      const scripts = families.map(({ family, args }) => family.script(args))
      const from = Date.now()
      const foreground = families.filter(({ family }) => !family.waits).length
      const parts = await this.#node.session.run({
        scripts: scripts.slice(0, foreground),
        waiting: scripts.slice(foreground),
        timeoutSeconds: frameTimeoutSeconds,
      })
      const times = { from, to: Date.now() }
      for (const [index, { family, requests, args }] of families.entries()) {
        try {
          const values = family.parse(
            outcome(scripts[index]!, parts[index]!, this.#node.name, frameTimeoutSeconds, true),
            args,
            times,
          )
          for (const { argument, resolve, reject } of requests) {
            const value = values[args.indexOf(argument)]
            if (value instanceof Error) reject(this.#named(value))
            else resolve(value)
          }
        } catch (error) {
          // A parser throws at output that it cannot read. A TypeError would be a defect of its own.
          const reason = error instanceof Error && !(error instanceof TypeError) ? this.#named(error) : error
          for (const { reject } of requests) reject(reason)
        }
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }

  /** Adds the node's name, which a parser does not know, to an error about the node. */
  #named(error: Error): Error {
    return error instanceof HaRunError ? error : new TaskError(`${this.#node.name}: ${error.message}`, { cause: error })
  }
}

/** In the order of a frame's results. */
function foregroundFirst(one: Family<unknown>, other: Family<unknown>): number {
  return Number(one.waits ?? false) - Number(other.waits ?? false)
}
