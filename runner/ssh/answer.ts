import { isTimeout, type ScriptResult, type FrameRequest } from './frame.js'

/** Splits one stream (stdout or stderr) of a session at the markers of its frames. */
export class StreamReader {
  #buffer: Buffer = Buffer.alloc(0)
  /** What `#buffer` is a part of, from `#start` on; empty if that is a chunk as it came. */
  #store: Buffer = Buffer.alloc(0)
  #start = 0
  #searched = 0
  #reportedEnd = 0

  /** How many bytes wait for a marker. */
  get size(): number {
    return this.#buffer.length
  }

  /** Memory is taken in doubling pieces, so that each byte of a long answer is copied about once. */
  push(chunk: Buffer): void {
    if (this.#buffer.length === 0) {
      this.#buffer = chunk
      this.#store = Buffer.alloc(0)
      return
    }
    const length = this.#buffer.length + chunk.length
    if (this.#start + length > this.#store.length) {
      const store = Buffer.allocUnsafe(2 * length)
      this.#buffer.copy(store)
      this.#store = store
      this.#start = 0
    }
    chunk.copy(this.#store, this.#start + this.#buffer.length)
    this.#buffer = this.#store.subarray(this.#start, this.#start + length)
  }

  /** Takes the next marker of a frame with the text before it; undefined until it has arrived. */
  next(nonce: string): { kind: string; number: number; before: string } | undefined {
    const marker = Buffer.from(`\n${nonce} `)
    const start = this.#buffer.indexOf(marker, this.#searched)
    const end = start < 0 ? -1 : this.#buffer.indexOf('\n', start + marker.length)
    if (end < 0) {
      this.#searched = Math.max(0, start < 0 ? this.#buffer.length - marker.length : start)
      return undefined
    }
    const [kind = '', number = '0'] = this.#buffer.toString('latin1', start + marker.length, end).split(' ')
    const before = this.#buffer.toString('utf8', 0, start)
    this.#buffer = this.#buffer.subarray(end + 1)
    this.#start += end + 1
    this.#searched = 0
    this.#reportedEnd = 0
    return { kind, number: Number(number), before }
  }

  /** The lines before the next marker, each once; the last one only when it is complete. */
  *lines(nonce: string): Generator<string> {
    for (
      let end = this.#buffer.indexOf('\n', this.#reportedEnd);
      end >= 0;
      end = this.#buffer.indexOf('\n', this.#reportedEnd)
    ) {
      const line = this.#buffer.toString('utf8', this.#reportedEnd, end)
      if (line.startsWith(`${nonce} `)) return
      this.#reportedEnd = end + 1
      if (line !== '') yield line
    }
  }
}

/** One stream of an answer. */
class StreamAnswer {
  readonly texts: string[] = []
  readonly exitCodes: number[] = []
  processGroup: number | undefined
  ended = false
  endCode = 0
  readonly #onLine: FrameRequest['onLine']
  readonly #onPart: FrameRequest['onPart']

  constructor({ onLine, onPart }: Pick<FrameRequest, 'onLine' | 'onPart'> = {}) {
    this.#onLine = onLine
    this.#onPart = onPart
  }

  /** Takes what has arrived on the stream; true once the frame has ended on it. */
  take(reader: StreamReader, nonce: string): boolean {
    while (!this.ended) {
      // Text before the start marker does not belong to this frame.
      if (this.#onLine && this.processGroup !== undefined) for (const line of reader.lines(nonce)) this.#onLine(line)
      const section = reader.next(nonce)
      if (!section) return false
      if (section.kind === 'start') {
        this.processGroup = section.number
        continue
      }
      // The output of an unfinished script stands before the end marker.
      this.texts.push(section.before)
      if (section.kind === 'part') {
        this.exitCodes.push(section.number)
        this.#onPart?.()
      }
      this.ended = section.kind === 'end'
      this.endCode = section.number
    }
    return true
  }
}

/** The answer to one frame as it comes in. */
export class FrameAnswer {
  readonly stdout: StreamAnswer
  readonly stderr = new StreamAnswer()

  constructor(request: FrameRequest) {
    this.stdout = new StreamAnswer(request)
  }

  get complete(): boolean {
    return this.stdout.ended && this.stderr.ended
  }

  /** One result for each script of the request; a script that never ran has no output. */
  results({ scripts, waiting = [] }: FrameRequest): ScriptResult[] {
    const { texts, exitCodes, endCode } = this.stdout
    return [...scripts, ...waiting].map((_, index) => ({
      exitCode: exitCodes[index] ?? endCode,
      stdout: texts[index] ?? '',
      stderr: this.stderr.texts[index] ?? '',
      timedOut: exitCodes[index] === undefined && isTimeout(endCode),
    }))
  }
}
