import { HaRunError, TaskError } from '../errors.js'
import { outcome } from '../ssh/outcome.js'
import type { NodeSession } from '../ssh/remote-process.js'
import { isTimeout, timeoutCode, type FrameScript, type ScriptResult } from '../ssh/frame.js'
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
  /** The services that did not answer in time: until `forget`, no script asks them again. */
  #late = new Set<string>()

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
    this.#late = new Set()
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
    const families = [...new Set(waiting.map(({ family }) => family))].toSorted(inFrameOrder).map(family => {
      const requests = waiting.filter(request => request.family === family)
      return { family, requests, args: [...new Set(requests.map(({ argument }) => argument))] }
    })
    try {
      const answers = await this.#ask(families)
      for (const [index, { family, requests, args }] of families.entries()) {
        const { script, part, from, to } = answers[index]!
        try {
          const values = family.parse(outcome(script, part, this.#node.name, frameTimeoutSeconds, true), args, {
            from,
            to,
          })
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

  /** Sends the scripts of families in one frame, except those for services that are late: they get the exit code of a time-out. */
  async #ask(families: { family: Family<unknown>; args: string[] }[]): Promise<Answer[]> {
    const scripts = new Map(families.map(({ family, args }) => [family, family.script(args)]))
    const textOf = (family: Family<unknown>) => scripts.get(family) ?? ''
    const isLate = ({ service }: Family<unknown>) => service !== undefined && this.#late.has(service)
    const asked = families.map(({ family }) => family).filter(family => textOf(family) !== '' && !isLate(family))
    const from = Date.now()
    const arrivals: number[] = []
    const parts =
      asked.length === 0
        ? []
        : await this.#node.session.run({
            scripts: asked.flatMap((family): FrameScript[] => {
              if (family.waits) return []
              const script = textOf(family)
              return family.service === undefined ? [script] : [{ script, service: family.service }]
            }),
            waiting: asked.flatMap(family => (family.waits ? [textOf(family)] : [])),
            timeoutSeconds: frameTimeoutSeconds,
            onPart: () => arrivals.push(Date.now()),
          })
    const lastOfNoService = asked.filter(({ waits, service }) => !waits && service === undefined).length - 1
    return families.map(({ family }) => {
      const at = asked.indexOf(family)
      const part = parts[at] ?? (isLate(family) ? skipped : notSent)
      if (family.service !== undefined && isTimeout(part.exitCode)) this.#late.add(family.service)
      return { script: textOf(family), part, from, to: arrivals[at < 0 ? lastOfNoService : at] ?? Date.now() }
    })
  }

  /** Adds the node's name, which a parser does not know, to an error about the node. */
  #named(error: Error): Error {
    return error instanceof HaRunError ? error : new TaskError(`${this.#node.name}: ${error.message}`, { cause: error })
  }
}

interface Answer {
  script: string
  part: ScriptResult
  from: number
  to: number
}

/** The result of an empty script. */
const notSent: ScriptResult = { exitCode: 0, stdout: '', stderr: '', timedOut: false }

/** The result of a script that is not sent, since its service is late. */
const skipped: ScriptResult = { ...notSent, exitCode: timeoutCode }

/**
 * In the order of a frame's results. What asks no service comes first: it is read at the same moment on all nodes, however long a
 * service of one of them takes.
 */
function inFrameOrder(one: Family<unknown>, other: Family<unknown>): number {
  const rank = ({ waits, service }: Family<unknown>) => (waits ? 2 : service === undefined ? 0 : 1)
  return rank(one) - rank(other)
}
