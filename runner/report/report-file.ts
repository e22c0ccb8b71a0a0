import writeFileAtomic from 'write-file-atomic'
import type { Reporter } from '../engine/events.js'
import type { EventView } from '../ui/event-view.js'
import { reportPage } from './page.js'
import type { AnyEvent } from '../ui/visible.js'

/** Of these a page that is written at the end has no use. */
const passing: ReadonlySet<AnyEvent['event']> = new Set<AnyEvent['event']>(['progress', 'task-start', 'task-pause'])

/** Collects a run and writes it as a page when it is over, however it ended. */
export function reportReporter(file: string, views: readonly EventView[] = [], now: () => Date = () => new Date()): Reporter {
  const events: AnyEvent[] = []
  return {
    report(event) {
      if (!passing.has(event.event)) events.push(event)
    },
    close: async () => writeFileAtomic(file, reportPage(events, now(), views)),
  }
}
