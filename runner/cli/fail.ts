import { HaRunError } from '../errors.js'
import { isLeaving } from './command-line.js'

/**
 * Says why nothing was run, on stderr; with `--json` also as the events that every run ends with.
 *
 * @returns the exit code.
 */
export async function fail(error: unknown, argv: string[]): Promise<number> {
  if (isLeaving(error)) return 0
  const { errorReport } = await import('../engine/error-report.js')
  const { createReporter } = await import('../ui/reporter.js')
  const report = errorReport(error)
  const exit = error instanceof HaRunError ? error.exitCode : 1
  const isJson = argv.includes('--json')
  const reporter = await createReporter({
    mode: isJson ? 'json' : 'plain', stdout: process.stdout, stderr: process.stderr,
    verbosity: argv.includes('-v') || argv.includes('--verbose') ? 1 : 0, color: false, diff: false,
  })
  reporter.report({ event: 'error', error: report })
  reporter.report({ event: 'summary', ok: 0, changed: 0, would_change: 0, unknown: 0, failed: 0, unreachable: 0, exit, ms: 0 })
  await reporter.close()
  return exit
}
