import type { Reporter } from '../engine/events.js'

/** Passes events on to several reporters. All are closed even if one fails to; the first error is thrown then. */
export function tee(...reporters: Reporter[]): Reporter {
  return {
    report(event) {
      for (const reporter of reporters) reporter.report(event)
    },
    async suspend() {
      const resumes = await Promise.all(reporters.map(async reporter => reporter.suspend?.()))
      return () => {
        for (const resume of resumes) resume?.()
      }
    },
    async close() {
      const failures: unknown[] = []
      for (const reporter of reporters) {
        try {
          await reporter.close()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}
