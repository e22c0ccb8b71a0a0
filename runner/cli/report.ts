import { readFileSync } from 'node:fs'
import { UsageError } from '../errors.js'
import { reportPage } from '../report/page.js'
import { readRecordedRun } from '../report/recorded-run.js'
import { writeResult } from '../ui/write-result.js'
import { knownRoles, loadViews } from './load-roles.js'

/**
 * `ha-run report`: makes the HTML page of a run from its `--json` output. Prints the name of the page.
 *
 * @param output - the page; by default beside `file`, with .html in place of .jsonl.
 */
export async function writeReport(file: string, output = `${file.replace(/\.jsonl?$/, '')}.html`): Promise<void> {
  const { events, ended } = readRecordedRun(readText(file), file)
  const known = knownRoles()
  const roles = new Set(events.flatMap(event => ('role' in event && known.includes(event.role) ? event.role : [])))
  let page: string
  try {
    page = reportPage(events, ended, await loadViews(roles))
  } catch (error) {
    throw new UsageError(`${file} is not the output of a run with --json: ${(error as Error).message}`, {
      cause: error,
    })
  }
  await writeResult(output, page)
  process.stdout.write(`${output}\n`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
