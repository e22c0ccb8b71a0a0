import type { Reporter } from '../engine/events.js'
import type { EventView } from '../ui/event-view.js'
import { reportPage } from './page.js'
import type { AnyEvent } from '../ui/visible.js'
import { writeResult } from '../ui/write-result.js'

/** Events that the page does not show. */
const unused: ReadonlySet<AnyEvent['event']> = new Set<AnyEvent['event']>(['progress', 'task-start', 'task-pause'])

/** Collects the events of a run and writes the page when it has ended, whatever its result. */
export function reportReporter(
  file: string,
  views: readonly EventView[] = [],
  now: () => Date = () => new Date(),
): Reporter {
  const events: AnyEvent[] = []
  return {
    report(event) {
      if (!unused.has(event.event)) events.push(event)
    },
    close: async () => writeResult(file, reportPage(events, now(), views)),
  }
}
