import type { Reporter } from '../engine/events.js'
import type { EventView } from './event-view.js'
import { jsonReporter } from './json.js'
import { junitReporter } from './junit.js'
import type { Terminal } from './options.js'
import { plainReporter } from './plain.js'
import { createStyle, localeIsUtf8 } from './style.js'
import { tee } from './tee.js'

export interface CreateReporterOptions {
  /** Left out: rows on a terminal, plain lines elsewhere. */
  mode?: 'tty' | 'plain' | 'json' | undefined
  stdout: Terminal
  stderr: Terminal
  /** -1 quiet, 0, 1 verbose. */
  verbosity: number
  color: boolean
  /** Show both values of every difference. */
  diff: boolean
  /** Also write JUnit XML here at the end. */
  junit?: string | undefined
  /** Reporters that are told the same. */
  others?: readonly Reporter[]
  /** Of the events that roles add. */
  views?: readonly EventView[] | undefined
}

/** The reporter for a command line: what people or machines see of a run. */
export async function createReporter(options: CreateReporterOptions): Promise<Reporter> {
  const style = createStyle({ color: options.color, utf8: localeIsUtf8(process.env) })
  const human = { ...options, style }
  const reporters = {
    // listr2 takes as long to load as all the other modules here.
    tty: async () => (await import('./live.js')).liveReporter(human),
    plain: () => plainReporter(human),
    json: () => jsonReporter(human),
  }
  const reporter = await reporters[options.mode ?? suitableMode(options)]()
  const others = [...(options.junit === undefined ? [] : [junitReporter(options.junit)]), ...options.others ?? []]
  return others.length === 0 ? reporter : tee(reporter, ...others)
}

/**
 * Rows hold what goes on, not what was done: with -v people want every task, with -q only what failed. Some serial
 * lines and containers have a terminal of no size: rows would not show there.
 */
function suitableMode({ stdout, verbosity }: CreateReporterOptions): 'tty' | 'plain' {
  return stdout.isTTY && stdout.columns !== 0 && process.env['TERM'] !== 'dumb' && verbosity === 0 ? 'tty' : 'plain'
}
