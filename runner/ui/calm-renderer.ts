import { DefaultRenderer } from 'listr2'
import type { ListrDefaultRendererOptions, ListrDefaultRendererTask, ListrEventManager } from 'listr2'

export interface CalmOptions extends ListrDefaultRendererOptions {
  /** Called before each frame, to put the rows' texts in place. */
  beforeFrame?: () => void
}

const shortestPauseMs = 100
/** At most this much goes to the terminal in a millisecond: 16 kB/s is what a slow ssh line still takes. */
const bytesPerMs = 16

/**
 * listr2's renderer, drawing at most ten times a second. Its own draws the whole tree at every change of every task:
 * 64 rows x 40 tasks took 10 s and 4 MB; so they take 0.3 s and a few kB.
 */
export class CalmRenderer extends DefaultRenderer {
  // Whether there is a terminal was decided from the stream we write to, which listr2 does not look at.
  static override nonTTY = true
  static override rendererOptions: CalmOptions = DefaultRenderer.rendererOptions
  #pause: NodeJS.Timeout | undefined
  #frameLength = 0
  readonly #beforeFrame: () => void

  constructor(tasks: ListrDefaultRendererTask[], options: CalmOptions, events: ListrEventManager) {
    super(tasks, options, events)
    this.#beforeFrame = options.beforeFrame ?? (() => {})
  }

  override async render(): Promise<void> {
    await super.render()
    process.once('exit', this.#giveBackTerminal)
  }

  override update(): void {
    this.#pause ??= setTimeout(
      () => {
        this.#pause = undefined
        this.#beforeFrame()
        super.update()
      },
      Math.max(shortestPauseMs, this.#frameLength / bytesPerMs),
    )
  }

  override create(options?: Parameters<DefaultRenderer['create']>[0]): string {
    const frame = super.create(options)
    this.#frameLength = frame.length
    return frame
  }

  override end(): void {
    clearTimeout(this.#pause)
    process.removeListener('exit', this.#giveBackTerminal)
    super.end()
  }

  /** The texts bring their own marks and already fit; listr2 would ask `process.stdout` for the width. */
  protected override format(message: string): string[] {
    return message === '' ? [] : message.split('\n')
  }

  /** Somebody called `process.exit` while we were drawing: the cursor is hidden and stdout is listr2's. */
  readonly #giveBackTerminal = () => this.end()
}
