import type { Reporter } from '../engine/events.js'
import { junit } from './junit.js'
import type { AnyEvent } from './visible.js'
import { writeWhole } from './whole-file.js'

/** Collects a run and writes it as JUnit XML when it is over. */
export function junitReporter(file: string): Reporter {
  const events: AnyEvent[] = []
  return {
    report(event) {
      if (event.event !== 'progress') events.push(event)
    },
    close: () => writeWhole(file, junit(events)),
  }
}
