/** What ava's own lines say, for a run of several ava processes: https://github.com/avajs/ava, lib/reporters/default.js. */

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** What one line says became of a test; undefined where it says nothing of one. */
export function outcomeOf(line: string): keyof Counts | undefined {
  if (/^\s*✔ /.test(line)) return 'passed'
  if (/^\s*✘ \[fail\]/.test(line)) return 'failed'
  if (/^\s*- \[skip\]/.test(line)) return 'skipped'
  return undefined
}

export interface Timed {
  title: string
  seconds: number
}

/** A test and how long it took, of a line such as `✔ file › title (1m 3.5s)`; undefined where none stands there: it was quick. */
export function durationOf(line: string): Timed | undefined {
  const [, title, minutes = '0', seconds = '0', ms = '0'] =
    /^\s*(?:✔|✘ \[fail\]:) (.*) \((?:(\d+)m ?)?(?:([\d.]+)s)?(?:(\d+)ms)?\)$/.exec(line) ?? []
  return title === undefined
    ? undefined
    : { title, seconds: Number(minutes) * 60 + Number(seconds) + Number(ms) / 1000 }
}

/** The lines that name the slowest tests. */
export function slowest(tests: Timed[], count: number): string[] {
  const worst = tests.toSorted((one, other) => other.seconds - one.seconds).slice(0, count)
  return worst.map(({ title, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${title}`)
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
