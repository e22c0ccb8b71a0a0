import type { Part, Request } from './frame.js'

/** What has come on one stream (stdout or stderr) of a session and is not yet part of an answer. */
export class StreamReader {
  #buffer: Buffer = Buffer.alloc(0)
  #searched = 0
  #told = 0

  push(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
  }

  /** Takes the next marker of a frame with the text before it; undefined until more arrives. */
  next(nonce: string): { word: string; number: number; before: string } | undefined {
    const marker = Buffer.from(`\n${nonce} `)
    const start = this.#buffer.indexOf(marker, this.#searched)
    const end = start < 0 ? -1 : this.#buffer.indexOf('\n', start + marker.length)
    if (end < 0) {
      this.#searched = Math.max(0, start < 0 ? this.#buffer.length - marker.length : start)
      return undefined
    }
    const [word = '', number = '0'] = this.#buffer.toString('latin1', start + marker.length, end).split(' ')
    const before = this.#buffer.toString('utf8', 0, start)
    this.#buffer = this.#buffer.subarray(end + 1)
    this.#searched = 0
    this.#told = 0
    return { word, number: Number(number), before }
  }

  /** The lines that have come before the next marker, each given once; the last one only when it has ended. */
  *lines(nonce: string): Generator<string> {
    for (let end = this.#buffer.indexOf('\n', this.#told); end >= 0; end = this.#buffer.indexOf('\n', this.#told)) {
      const line = this.#buffer.toString('utf8', this.#told, end)
      if (line.startsWith(`${nonce} `)) return
      this.#told = end + 1
      if (line !== '') yield line
    }
  }
}

/** One stream's share of an answer. */
class StreamAnswer {
  readonly texts: string[] = []
  readonly exitCodes: number[] = []
  processGroup: number | undefined
  ended = false
  endCode = 0
  readonly #onLine: Request['onLine']

  constructor(onLine?: Request['onLine']) {
    this.#onLine = onLine
  }

  /** Takes all it can from the stream; true once the frame has ended on it. */
  take(reader: StreamReader, nonce: string): boolean {
    while (!this.ended) {
      // What stands before the start marker is nobody's of this frame.
      if (this.#onLine && this.processGroup !== undefined) for (const line of reader.lines(nonce)) this.#onLine(line)
      const section = reader.next(nonce)
      if (!section) return false
      if (section.word === 'start') {
        this.processGroup = section.number
        continue
      }
      // What an unfinished script had said stands before the end marker.
      this.texts.push(section.before)
      if (section.word === 'part') this.exitCodes.push(section.number)
      this.ended = section.word === 'end'
      this.endCode = section.number
    }
    return true
  }
}

/** `timeout` says 124, or 137 where it had to kill. */
const timeoutCodes = new Set([124, 137])

/** The answer to one frame as it comes in. */
export class Answer {
  readonly stdout: StreamAnswer
  readonly stderr = new StreamAnswer()

  constructor({ onLine }: Request) {
    this.stdout = new StreamAnswer(onLine)
  }

  get complete(): boolean {
    return this.stdout.ended && this.stderr.ended
  }

  /** One part for each script of the request; a script that was never reached has no output. */
  parts({ scripts }: Request): Part[] {
    const { texts, exitCodes, endCode } = this.stdout
    return scripts.map((_, index) => ({
      exitCode: exitCodes[index] ?? endCode,
      stdout: texts[index] ?? '',
      stderr: this.stderr.texts[index] ?? '',
      timedOut: exitCodes[index] === undefined && timeoutCodes.has(endCode),
    }))
  }
}
