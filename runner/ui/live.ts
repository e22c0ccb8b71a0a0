import type { Reporter } from '../engine/events.js'
import { finalSummary } from './final-summary.js'
import { frameOf } from './frame.js'
import type { ReporterOptions } from './options.js'
import { inRunOrder } from './run-order.js'
import { Rows } from './rows.js'
import type { Screen } from './screen.js'
import { openScreen } from './screen.js'
import { visibleEvent } from './visible.js'
import type { AnyEvent } from './visible.js'
import { summaryStream, writeText } from './write.js'

/** How often the seconds in the rows are updated. */
const tickMs = 1000

/** On a terminal: a row for each node while the run goes on, then the final summary in their place. */
export function liveReporter(options: ReporterOptions, now: () => number = () => performance.now()): Reporter {
  const { stdout, style } = options
  const events: AnyEvent[] = []
  // listr2 keeps the size of the terminal at its start. So rows do not grow with the terminal, but they shrink with it.
  const { columns = 80, rows: height = 24 } = stdout
  let rows: Rows | undefined
  let screen: Screen | undefined
  let ticks: NodeJS.Timeout | undefined

  function open(shown: Rows) {
    const nextFrame = () =>
      frameOf(shown.clusters, {
        style,
        columns: Math.min(columns, stdout.columns ?? columns),
        // One line is for the cursor.
        lines: Math.min(height, stdout.rows ?? height) - 1,
        now: now(),
        remark: shown.remark,
      })
    screen = openScreen(shown.all, nextFrame, options)
    ticks = setInterval(() => screen?.refresh(), tickMs).unref()
  }

  async function closeScreen() {
    clearInterval(ticks)
    await screen?.close()
    screen = undefined
  }

  return {
    report(rawEvent) {
      const event = visibleEvent(rawEvent)
      // The final summary has no use for progress, of which there is much.
      if (event.event !== 'progress') events.push(event)
      if (event.event === 'run') {
        rows = new Rows(event, now())
        open(rows)
      }
      rows?.apply(event, now())
      screen?.refresh()
    },
    async suspend() {
      await closeScreen()
      return () => {
        if (rows) open(rows)
      }
    },
    async close() {
      rows?.end()
      await closeScreen()
      writeText(summaryStream(options, events), finalSummary(inRunOrder(events), { ...options, streamed: false }))
    },
  }
}
