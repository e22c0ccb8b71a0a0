import type { Terminal } from './options.js'

/** Switches to the alternate screen, without cursor and without line wrap; and back to the screen as it was. */
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J'
const leave = '\x1b[?7h\x1b[?25h\x1b[?1049l'

/** Fills the terminal until it is closed, and then restores it. Only rows that have changed are written, so that nothing flickers. */
export class AlternateScreen {
  readonly #terminal: Terminal
  #drawn: string[] | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    terminal.on('resize', this.#redraw)
    process.once('exit', this.#restore)
  }

  get columns(): number {
    return this.#terminal.columns ?? 80
  }

  get rows(): number {
    return this.#terminal.rows ?? 24
  }

  draw(lines: string[]): void {
    const prefix = this.#drawn === undefined ? enter : ''
    const before = this.#drawn ?? []
    const changed = Array.from({ length: Math.max(lines.length, before.length) }, (_, row) => row).filter(
      row => lines[row] !== before[row],
    )
    this.#drawn = lines.slice()
    const text = prefix + changed.map(row => `\x1b[${row + 1};1H${lines[row] ?? ''}\x1b[K`).join('')
    if (text !== '') this.#terminal.write(text)
  }

  /** Restores the terminal. */
  close(): void {
    this.#terminal.off('resize', this.#redraw)
    process.removeListener('exit', this.#restore)
    this.#restore()
  }

  /** A resize leaves the rows in an unknown state. */
  readonly #redraw = () => {
    const isDrawn = this.#drawn !== undefined
    this.#drawn = undefined
    if (isDrawn) this.draw([])
  }

  readonly #restore = () => {
    if (this.#drawn !== undefined) this.#terminal.write(leave)
    this.#drawn = undefined
  }
}
