import type { Reporter } from '../engine/events.js'
import { concealing } from './concealing.js'
import type { EventView } from './event-view.js'
import { jsonReporter } from './json.js'
import type { Terminal } from './options.js'
import { plainReporter } from './plain.js'
import { createStyle, localeIsUtf8 } from './style.js'
import { tee } from './tee.js'
import { canRedraw } from './terminal.js'

export interface CreateReporterOptions {
  /** By default rows on a terminal, and plain lines elsewhere. */
  mode?: 'tty' | 'plain' | 'json' | undefined
  stdout: Terminal
  stderr: Terminal
  /** -1 quiet, 0, 1 verbose. */
  verbosity: number
  color: boolean
  /** Show both values of every difference. */
  diff: boolean
  /** Also write JUnit XML to this file at the end. */
  junit?: string | undefined
  /** Other reporters of the same events. */
  others?: readonly Reporter[]
  /** Show the events that roles add. */
  views?: readonly EventView[] | undefined
}

/** Creates the reporter of a run: rows, plain lines or JSON, and files. */
export async function createReporter(options: CreateReporterOptions): Promise<Reporter> {
  const style = createStyle({ color: options.color, utf8: localeIsUtf8(process.env) })
  const human = { ...options, style }
  const reporters = {
    // listr2 takes as long to load as all other modules together.
    tty: async () => (await import('./live.js')).liveReporter(human),
    plain: () => plainReporter(human),
    json: () => jsonReporter(human),
  }
  const reporter = await reporters[options.mode ?? suitableMode(options)]()
  const others = [...(options.others ?? [])]
  // The XML builder takes longer to load than plain lines take to print.
  if (options.junit !== undefined)
    others.unshift((await import('./junit.js')).junitReporter(options.junit, options.views))
  return concealing(others.length === 0 ? reporter : tee(reporter, ...others))
}

/** Rows show the running tasks, and neither every task (-v) nor the failures alone (-q). */
function suitableMode({ stdout, verbosity }: CreateReporterOptions): 'tty' | 'plain' {
  return canRedraw(stdout) && verbosity === 0 ? 'tty' : 'plain'
}
