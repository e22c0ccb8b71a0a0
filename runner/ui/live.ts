import type { Reporter } from '../engine/events.js'
import { closing } from './final-summary.js'
import { frameOf } from './frame.js'
import type { ReporterOptions } from './options.js'
import { inRunOrder } from './run-order.js'
import { Rows } from './rows.js'
import type { Screen } from './screen.js'
import { openScreen } from './screen.js'
import { visibleEvent } from './visible.js'
import type { AnyEvent } from './visible.js'
import { summaryStream, writeText } from './write.js'

const tickMs = 1000

/** On a terminal: a row for each node while the run goes on, then the closing table in their place. */
export function liveReporter(options: ReporterOptions, now: () => number = () => performance.now()): Reporter {
  const { stdout, style } = options
  const events: AnyEvent[] = []
  // listr2 keeps the size it first saw: a terminal that grew is drawn as it was, one that shrank as it is.
  const { columns = 80, rows: height = 24 } = stdout
  let rows: Rows | undefined
  let screen: Screen | undefined
  let ticks: NodeJS.Timeout | undefined

  function open(all: Rows) {
    const picture = () =>
      frameOf(all.all, {
        style,
        columns: Math.min(columns, stdout.columns ?? columns),
        // One line is the cursor's.
        lines: Math.min(height, stdout.rows ?? height) - 1,
        now: now(),
        remark: all.remark,
      })
    screen = openScreen(all.all, picture, options)
    ticks = setInterval(() => screen?.refresh(), tickMs).unref()
  }

  async function shut() {
    clearInterval(ticks)
    await screen?.close()
    screen = undefined
  }

  return {
    report(told) {
      const event = visibleEvent(told)
      // There are many of them, and nothing to say of them once they are over.
      if (event.event !== 'progress') events.push(event)
      if (event.event === 'run') {
        rows = new Rows(event, now())
        open(rows)
      }
      rows?.apply(event, now())
      screen?.refresh()
    },
    async suspend() {
      await shut()
      return () => {
        if (rows) open(rows)
      }
    },
    async close() {
      await shut()
      writeText(summaryStream(options, events), closing(inRunOrder(events), { ...options, streamed: false }))
    },
  }
}
