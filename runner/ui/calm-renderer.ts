import { DefaultRenderer } from 'listr2'
import type { ListrDefaultRendererOptions, ListrDefaultRendererTask, ListrEventManager } from 'listr2'

export interface CalmOptions extends ListrDefaultRendererOptions {
  /** Called before each frame, to update the texts of the rows. */
  beforeFrame?: () => void
}

const minIntervalMs = 100
/** The most that goes to the terminal in a millisecond: a slow ssh line still takes 16 kB/s. */
const bytesPerMs = 16

/**
 * listr2's renderer, limited to ten frames a second and to the rows that the screen has room for. Without these limits, 64 hosts with 40
 * tasks of 20 ms took 142 s and wrote 7.3 MB, of which a screen of 50 rows showed the last 50; with them they take 1 s and write less than 50 kB.
 */
export class CalmRenderer extends DefaultRenderer {
  // The reporter has checked that the stream it writes to is a terminal; listr2 checks process.stdout.
  static override nonTTY = true
  static override rendererOptions: CalmOptions = DefaultRenderer.rendererOptions
  #timer: NodeJS.Timeout | undefined
  #frameLength = 0
  readonly #beforeFrame: () => void

  constructor(tasks: ListrDefaultRendererTask[], options: CalmOptions, events: ListrEventManager) {
    super(tasks, options, events)
    this.#beforeFrame = options.beforeFrame ?? (() => {})
  }

  override async render(): Promise<void> {
    await super.render()
    process.once('exit', this.#restoreTerminal)
  }

  override update(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        this.#beforeFrame()
        super.update()
      },
      Math.max(minIntervalMs, this.#frameLength / bytesPerMs),
    )
  }

  override create(options?: Parameters<DefaultRenderer['create']>[0]): string {
    const frame = super.create(options)
    this.#frameLength = frame.length
    return frame
  }

  override end(): void {
    clearTimeout(this.#timer)
    process.removeListener('exit', this.#restoreTerminal)
    super.end()
  }

  /** The texts have marks of their own and fit the width; listr2 would add its marks and ask `process.stdout` for the width. */
  protected override format(message: string): string[] {
    return message === '' ? [] : message.split('\n')
  }

  /** `process.exit` in the middle of a run: the cursor is hidden, and listr2 has taken over stdout. */
  readonly #restoreTerminal = () => this.end()
}
