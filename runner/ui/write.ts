import type { ReporterOptions } from './options.js'
import type { AnyEvent } from './visible.js'

/** Writes lines in one go, so that two writers cannot mix them. */
export function writeLines(stream: NodeJS.WritableStream, lines: string[]): void {
  if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
}

/**
 * Where the closing lines go: stdout after a run; stderr where no run began (a wrong command line or inventory),
 * since then there is no result, only an error.
 */
export function closingStream({ stdout, stderr }: ReporterOptions, events: AnyEvent[]): NodeJS.WritableStream {
  return events.some(event => event.event === 'run') ? stdout : stderr
}
