import { Listr, ListrEventType, ListrLogger, ProcessOutput } from 'listr2'
import { CalmRenderer } from './calm-renderer.js'
import type { Frame } from './row-text.js'
import type { ReporterOptions } from './options.js'
import type { Row } from './rows.js'

/** The rows on a terminal while a run goes on. */
export interface Screen {
  /** Draws a frame soon, since something has changed. */
  refresh(): void
  /** Takes the rows away and gives the terminal back. */
  close(): Promise<void>
}

/** Draws the work of each row as a listr2 task. listr2 asks `nextFrame` for the texts whenever it is about to draw. */
export function openScreen(rows: Row[], nextFrame: () => Frame, { stdout, stderr }: ReporterOptions): Screen {
  let leave = () => {}
  // A question to the user closes the screen while the work goes on.
  const left = new Promise<void>(resolve => {
    leave = resolve
  })
  const list = new Listr(
    [
      ...rows.map(row => ({ title: row.name, task: async () => Promise.race([row.work, left]) })),
      // One line for the rows that have no room.
      { title: 'more', task: async () => left },
    ],
    {
      concurrent: true,
      exitOnError: false,
      // ha-run handles Ctrl-C; listr2 would exit at once.
      registerSignalListeners: false,
      renderer: CalmRenderer,
      rendererOptions: {
        lazy: true,
        // The final summary replaces the rows, and has more in it.
        clearOutput: true,
        // The text of a row has its failures below it, as far as there is room.
        showErrorMessage: false,
        logger: new ListrLogger({
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it uses what Terminal has, no more
          processOutput: new ProcessOutput(stdout as NodeJS.WriteStream, stderr as NodeJS.WriteStream),
        }),
        beforeFrame() {
          const { texts, rest } = nextFrame()
          for (const [index, row] of rows.entries()) {
            // listr2 draws no row without a text.
            list.tasks[index]!.title = texts.get(row) ?? ''
          }
          list.tasks.at(-1)!.title = rest ?? ''
        },
      },
    },
  )
  const drawn = list.run()
  return {
    refresh: () => list.events.emit(ListrEventType.SHOULD_REFRESH_RENDER),
    async close() {
      leave()
      await drawn
    },
  }
}
