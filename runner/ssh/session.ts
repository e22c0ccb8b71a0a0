import { systemClock, type Clock } from '../clock.js'
import { ConnectError } from '../errors.js'
import { Answer, StreamReader } from './answer.js'
import { encode, freshNonce, type Part, type Request } from './frame.js'

/** The two ends of a remote shell's pipe, however it was made. */
export interface Channel {
  write(text: string): void
  onOutput(stream: 'stdout' | 'stderr', take: (chunk: Buffer) => void): void
  /** Settles, with a sentence why, when the shell is gone. Never rejects. */
  readonly closed: Promise<ConnectError>
  /** Ends the shell's stdin: it finishes what it was told, then goes. */
  end(): void
  /** Ends the local process now. */
  kill(): void
}

interface Pending {
  nonce: string
  request: Request
  answer: Answer
  resolve: (parts: Part[]) => void
  reject: (error: Error) => void
}

/** Seconds that a frame may be late after the node itself should have ended it. */
const grace = 15

/**
 * One persistent shell on a node. Frames are written at once and answered in order, so that what is asked for
 * together costs one round trip.
 */
export class Session {
  readonly #channel: Channel
  readonly #name: string
  readonly #clock: Clock
  readonly #readers = { stdout: new StreamReader(), stderr: new StreamReader() }
  #pending: Pending[] = []
  #lost: Error | undefined
  #cancelLateness = () => {}
  /** Frames sent so far: as many round trips when each was waited for. */
  frames = 0

  /** @param name - the node's, for errors. */
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
   * @returns one part for each script; an exit code that is not 0 is a result, not an error.
   * @throws ConnectError when the session is or gets lost: then nobody knows how much was done.
   */
  async run(request: Request): Promise<Part[]> {
    if (this.#lost) throw this.#lost
    const nonce = freshNonce()
    const frame = encode(nonce, request)
    this.frames += 1
    return new Promise((resolve, reject) => {
      this.#pending.push({ nonce, request, answer: new Answer(request), resolve, reject })
      if (this.#pending.length === 1) this.#expectHead()
      this.#channel.write(frame)
    })
  }

  /** Text for the session's own shell, unanswered: for what must live as long as the session does. */
  tell(text: string): void {
    this.#channel.write(text)
  }

  /** Why the session is no more, once it is. */
  get lost(): Error | undefined {
    return this.#lost
  }

  /** Process groups on the node that have begun and not ended; never 1 or less, which `kill` takes for all there are. */
  get runningGroups(): number[] {
    return this.#pending.flatMap(({ answer }) => answer.stdout.processGroup ?? []).filter(group => group > 1)
  }

  /** Lets the shell finish what it was told, then closes; at the latest after 5 s. */
  async close(): Promise<void> {
    this.#channel.end()
    const cancel = this.#clock.after(5000, () => this.#channel.kill())
    await this.#channel.closed
    cancel()
  }

  /** Ends our side at once: for a session whose connection is known to be dead. */
  abandon(): void {
    this.#fail(new ConnectError(`${this.#name}: the connection was given up for another one`))
  }

  #read(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    const reader = this.#readers[stream]
    reader.push(chunk)
    for (const { answer, nonce } of this.#pending) {
      if (!answer[stream].take(reader, nonce)) break
    }
    while (this.#pending[0]?.answer.complete) {
      const { answer, request, resolve } = this.#pending.shift()!
      this.#expectHead()
      resolve(answer.parts(request))
    }
  }

  /** Only the frame that the node is working on can be late: those behind it wait for their turn. */
  #expectHead(): void {
    this.#cancelLateness()
    const [head] = this.#pending
    if (!head) return
    const seconds = head.request.timeoutSeconds + grace
    this.#cancelLateness = this.#clock.after(seconds * 1000, () => {
      this.#fail(new ConnectError(`${this.#name}: no answer within ${seconds} s`, { hint: 'is the machine on, and not overloaded? a rerun goes on where this one stopped' }))
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
