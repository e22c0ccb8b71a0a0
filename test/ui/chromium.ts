import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

/**
 * Debian's Chromium without a window, driven over the DevTools protocol through a pipe: no port is opened, so that it can
 * stand in any network namespace. https://chromedevtools.github.io/devtools-protocol/
 */

export const chromium = '/usr/bin/chromium'

/** Whether this machine has Chromium. */
export function hasChromium(): boolean {
  return existsSync(chromium)
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--hide-scrollbars',
  '--no-proxy-server',
  '--remote-debugging-pipe',
]

/** Milliseconds after which a browser without an answer has failed. */
const patience = 30_000

interface Message {
  id?: number
  method?: string
  sessionId?: string
  params?: Record<string, unknown>
  result?: unknown
  error?: { message: string }
}

/** One browser process, with a user's directory of its own. */
export class Chromium {
  readonly #process: ChildProcess
  readonly #directory: string
  readonly #waiting = new Map<number, (message: Message) => void>()
  readonly #listeners = new Set<(message: Message) => void>()
  #last = 0

  private constructor(child: ChildProcess, directory: string) {
    this.#process = child
    this.#directory = directory
    let text = ''
    // Messages end with a NUL.
    ;(child.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (text + chunk).split('\0')
      text = parts.pop()!
      for (const part of parts) this.#take(JSON.parse(part) as Message)
    })
  }

  /** @param prefix - arguments before the command, to run it in a namespace for example. */
  static async start(prefix: string[] = []): Promise<Chromium> {
    const directory = await mkdtemp(join(tmpdir(), 'ha-run-chromium-'))
    const [command, ...args] = [...prefix, chromium, ...flags, `--user-data-dir=${directory}`, 'about:blank']
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
    await once(child, 'spawn')
    return new Chromium(child, directory)
  }

  /** Sends a command. @throws Error with the browser's message, or if it does not answer. */
  async send<T>(method: string, params: Record<string, unknown> = {}, sessionId?: string): Promise<T> {
    const id = ++this.#last
    const answer = await new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no answer within ${patience} ms`)), patience)
      this.#waiting.set(id, message => {
        clearTimeout(timer)
        resolve(message)
      })
      ;(this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result as T
  }

  listen(listener: (message: Message) => void): void {
    this.#listeners.add(listener)
  }

  /** Ends the browser and removes its directory. */
  async close(): Promise<void> {
    if (this.#process.exitCode === null) {
      const gone = once(this.#process, 'exit')
      await this.send('Browser.close').catch(() => this.#process.kill('SIGKILL'))
      await gone
    }
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }

  #take(message: Message): void {
    if (message.id === undefined) for (const listener of this.#listeners) listener(message)
    else this.#waiting.get(message.id)?.(message)
  }
}
