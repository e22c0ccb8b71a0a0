import { outcome } from '../ssh/outcome.js'
import type { NodeSession } from '../ssh/remote-process.js'
import type { Family, Fact } from './fact.js'

/** Seconds for all questions of one frame. */
const frameTimeoutSeconds = 60

interface Question {
  family: Family<unknown>
  argument: string
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/** Asks a node for facts: each one once until `forget`, and what is asked in one turn of the event loop together. */
export class FactReader {
  readonly #node: NodeSession
  #answers = new Map<Family<unknown>, Map<string, Promise<unknown>>>()
  #waiting: Question[] = []

  constructor(node: NodeSession) {
    this.#node = node
  }

  read<T>({ family, argument }: Fact<T>): Promise<T> {
    const answers = this.#answers.get(family) ?? new Map<string, Promise<unknown>>()
    this.#answers.set(family, answers)
    let answer = answers.get(argument)
    if (!answer) {
      answer = new Promise((resolve, reject) => {
        if (this.#waiting.length === 0) setImmediate(() => void this.#ask())
        this.#waiting.push({ family, argument, resolve, reject })
      })
      answers.set(argument, answer)
    }
    return answer as Promise<T>
  }

  /** Something has changed on the node: what is known of it counts no more. */
  forget(): void {
    this.#answers = new Map()
  }

  async #ask(): Promise<void> {
    const waiting = this.#waiting.splice(0)
    // One may be asked twice in a turn, if what is known was forgotten in between.
    const families = [...new Set(waiting.map(({ family }) => family))].map(family => {
      const questions = waiting.filter(question => question.family === family)
      return { family, questions, args: [...new Set(questions.map(({ argument }) => argument))] }
    })
    try {
      const scripts = families.map(({ family, args }) => family.script(args))
      const from = Date.now()
      const parts = await this.#node.session.run({ scripts, timeoutSeconds: frameTimeoutSeconds })
      const asked = { from, to: Date.now() }
      for (const [index, { family, questions, args }] of families.entries()) {
        try {
          const values = family.parse(outcome(scripts[index]!, parts[index]!, this.#node.name, frameTimeoutSeconds, true), args, asked)
          for (const { argument, resolve, reject } of questions) {
            const value = values[args.indexOf(argument)]
            if (value instanceof Error) reject(value)
            else resolve(value)
          }
        } catch (error) {
          for (const { reject } of questions) reject(error)
        }
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}
