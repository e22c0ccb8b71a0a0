import { systemClock, type Clock } from '../clock.js'
import { ConnectError } from '../errors.js'
import { FrameAnswer, StreamReader } from './answer.js'
import { encode, freshNonce, type ScriptResult, type FrameRequest } from './frame.js'

/** The pipes of a remote shell. */
export interface Channel {
  write(text: string): void
  onOutput(stream: 'stdout' | 'stderr', take: (chunk: Buffer) => void): void
  /** Resolves with the reason when the shell is gone. Never rejects. */
  readonly closed: Promise<ConnectError>
  /** Ends the shell's stdin: it finishes what it was sent, then exits. */
  end(): void
  /** Terminates the local process now. */
  kill(): void
}

interface Pending {
  nonce: string
  request: FrameRequest
  answer: FrameAnswer
  resolve: (results: ScriptResult[]) => void
  reject: (error: Error) => void
}

/** After this time a frame is late, counted from when the node itself should have ended it. */
const graceSeconds = 15

/** Far more than any command of ha-run prints: without a limit, one node could use up the memory of a run on many. */
const maxAnswerBytes = 32 << 20

/**
 * One persistent shell on a node. Frames are written at once and answered in order, so that frames sent together cost
 * one round trip.
 */
export class Session {
  readonly #channel: Channel
  readonly #name: string
  readonly #clock: Clock
  readonly #readers = { stdout: new StreamReader(), stderr: new StreamReader() }
  #pending: Pending[] = []
  #lost: Error | undefined
  #cancelLateness = () => {}
  /** Frames sent so far. */
  frames = 0

  /** @param name - of the node, for errors. */
  constructor(channel: Channel, name: string, clock = systemClock) {
    this.#channel = channel
    this.#name = name
    this.#clock = clock
    channel.onOutput('stdout', chunk => this.#read('stdout', chunk))
    channel.onOutput('stderr', chunk => this.#read('stderr', chunk))
    void channel.closed.then(reason => this.#fail(reason))
  }

  /**
   * Runs scripts in one process group, one after the other, each in a subshell.
   *
   * @returns one result for each script, those of `waiting` last; an exit code that is not 0 is a result, not an error.
   * @throws ConnectError if the session is or gets lost: how much was done is unknown then.
   */
  async run(request: FrameRequest): Promise<ScriptResult[]> {
    if (this.#lost) throw this.#lost
    const nonce = freshNonce()
    const frame = encode(nonce, request)
    this.frames += 1
    return new Promise((resolve, reject) => {
      this.#pending.push({ nonce, request, answer: new FrameAnswer(request), resolve, reject })
      if (this.#pending.length === 1) this.#expectHead()
      this.#channel.write(frame)
    })
  }

  /** Sends text to the session's own shell, without an answer: for what must live as long as the session. */
  send(text: string): void {
    this.#channel.write(text)
  }

  /** Why the session was lost; undefined while it lasts. */
  get lost(): Error | undefined {
    return this.#lost
  }

  /** Process groups on the node that have started and not ended; never 1 or less, which `kill` takes for all processes. */
  get runningGroups(): number[] {
    return this.#pending.flatMap(({ answer }) => answer.stdout.processGroup ?? []).filter(group => group > 1)
  }

  /** Lets the shell finish what was sent to it, then closes; after 5 s at the latest. */
  async close(): Promise<void> {
    this.#channel.end()
    const cancel = this.#clock.after(5000, () => this.#channel.kill())
    await this.#channel.closed
    cancel()
  }

  /** Closes the local side at once: for a session whose connection is known to be dead. */
  abandon(): void {
    this.#fail(new ConnectError(`${this.#name}: the connection was replaced by another one`))
  }

  #read(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    if (this.#lost) return
    const reader = this.#readers[stream]
    reader.push(chunk)
    if (reader.size > maxAnswerBytes) {
      const hint = 'log in by hand and look for a command or a file that has no end'
      this.#fail(new ConnectError(`${this.#name}: a command prints more than ${maxAnswerBytes >> 20} MB`, { hint }))
      return
    }
    for (const { answer, nonce } of this.#pending) {
      if (!answer[stream].take(reader, nonce)) break
    }
    while (this.#pending[0]?.answer.complete) {
      const { answer, request, resolve } = this.#pending.shift()!
      this.#expectHead()
      resolve(answer.results(request))
    }
  }

  /** Only the frame that the node is working on can be late: the others wait for their turn. */
  #expectHead(): void {
    this.#cancelLateness()
    const [head] = this.#pending
    if (!head) return
    const seconds = head.request.timeoutSeconds + graceSeconds
    this.#cancelLateness = this.#clock.after(seconds * 1000, () => {
      this.#fail(
        new ConnectError(`${this.#name}: no answer within ${seconds} s`, {
          hint: 'is the machine on, and not overloaded? Run again to continue where this run stopped',
        }),
      )
    })
  }

  #fail(error: Error): void {
    if (this.#lost) return
    this.#lost = error
    this.#cancelLateness()
    for (const { reject } of this.#pending) reject(error)
    this.#pending = []
    this.#channel.kill()
  }
}
