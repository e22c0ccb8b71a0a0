import type { Terminal } from './options.js'

/** Another screen than the one that people have their work on; no cursor, and no line that goes on in the next row. */
const open = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J'
const closed = '\x1b[?7h\x1b[?25h\x1b[?1049l'

/**
 * A picture that fills the terminal for as long as it is shown. Only rows that have changed are written, each over itself, so
 * that nothing flickers; afterwards the terminal is as it was.
 */
export class Picture {
  readonly #terminal: Terminal
  #shown: string[] | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    terminal.on('resize', this.#forget)
    process.once('exit', this.#leave)
  }

  get columns(): number {
    return this.#terminal.columns ?? 80
  }

  get rows(): number {
    return this.#terminal.rows ?? 24
  }

  draw(lines: string[]): void {
    const opening = this.#shown === undefined ? open : ''
    const before = this.#shown ?? []
    const changed = Array.from({ length: Math.max(lines.length, before.length) }, (_, at) => at).filter(at => lines[at] !== before[at])
    this.#shown = lines.slice()
    const text = opening + changed.map(at => `\x1b[${at + 1};1H${lines[at] ?? ''}\x1b[K`).join('')
    if (text !== '') this.#terminal.write(text)
  }

  /** Gives the terminal back. */
  close(): void {
    this.#terminal.off('resize', this.#forget)
    process.removeListener('exit', this.#leave)
    this.#leave()
  }

  /** A window of another size has kept who knows what of the rows. */
  readonly #forget = () => {
    const lines = this.#shown
    this.#shown = undefined
    if (lines) this.draw([])
  }

  readonly #leave = () => {
    if (this.#shown !== undefined) this.#terminal.write(closed)
    this.#shown = undefined
  }
}
