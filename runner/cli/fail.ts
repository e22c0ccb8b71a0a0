import { exitCodes, HaRunError } from '../errors.js'
import { explainSystemError } from '../system-error.js'
import { wantsColor } from './color.js'
import { isLeaving } from './command-line.js'

/**
 * Reports on stderr why nothing was run; with `--json`, also reports the events that end every run.
 *
 * @returns the exit code.
 */
export async function fail(thrown: unknown, argv: string[]): Promise<number> {
  if (isLeaving(thrown)) return exitCodes.ok
  const error = explainSystemError(thrown)
  const { errorReport } = await import('../engine/error-report.js')
  const { createReporter } = await import('../ui/reporter.js')
  const exit = error instanceof HaRunError ? error.exitCode : exitCodes.defect
  const isJson = argv.includes('--json')
  const reporter = await createReporter({
    mode: isJson ? 'json' : 'plain',
    stdout: process.stdout,
    stderr: process.stderr,
    verbosity: argv.includes('-v') || argv.includes('--verbose') ? 1 : 0,
    color: wantsColor({ color: !argv.includes('--no-color') }, process.stderr),
    diff: false,
  })
  reporter.report({ event: 'error', error: errorReport(error) })
  reporter.report({
    event: 'summary',
    ok: 0,
    changed: 0,
    would_change: 0,
    unknown: 0,
    failed: 0,
    unreachable: 0,
    exit,
    ms: 0,
  })
  await reporter.close()
  return exit
}
