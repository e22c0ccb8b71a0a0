import { Listr, ListrEventType, ListrLogger, ProcessOutput } from 'listr2'
import { CalmRenderer } from './calm-renderer.js'
import type { Frame } from './frame.js'
import type { ReporterOptions } from './options.js'
import type { Row } from './rows.js'

/** The rows on a terminal while a run goes on. */
export interface Screen {
  /** Something changed; a frame follows soon. */
  refresh(): void
  /** Takes the rows away and gives the terminal back. */
  close(): Promise<void>
}

/**
 * Puts rows on the terminal. Each is a listr2 task that lasts as long as the run; listr2 only draws, what happens is
 * in the rows, and `picture` is asked for a frame whenever one is due.
 */
export function openScreen(rows: Row[], picture: () => Frame, { stdout, stderr }: ReporterOptions): Screen {
  let finish = () => {}
  const over = new Promise<void>(resolve => {
    finish = resolve
  })
  // The last one stands for the rows that have no room.
  const entries: (Row | undefined)[] = [...rows, undefined]
  const list = new Listr(
    entries.map(row => ({ title: row?.name ?? 'more', task: () => over })),
    {
      concurrent: true,
      exitOnError: false,
      // Ctrl-C is ours: listr2 would exit at once.
      registerSignalListeners: false,
      renderer: CalmRenderer,
      rendererOptions: {
        lazy: true,
        // What stays is the closing table, which says more.
        clearOutput: true,
        logger: new ListrLogger({
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it uses what Terminal has, no more
          processOutput: new ProcessOutput(stdout as NodeJS.WriteStream, stderr as NodeJS.WriteStream),
        }),
        beforeFrame() {
          const { texts, rest } = picture()
          for (const [index, row] of entries.entries()) {
            // A row without text is not drawn.
            list.tasks[index]!.title = (row ? texts.get(row) : rest) ?? ''
          }
        },
      },
    },
  )
  const drawn = list.run()
  return {
    refresh: () => list.events.emit(ListrEventType.SHOULD_REFRESH_RENDER),
    async close() {
      finish()
      await drawn
    },
  }
}
