import { readFileSync } from 'node:fs'
import { UsageError } from '../errors.js'

/** What is read of the events of a run (`--json`). */
interface RecordedEvent {
  event?: unknown
  clusters?: { name: string; nodes: string[] }[]
  cluster?: string
  status?: string
}

/**
 * The hosts of all clusters on which a task or an assertion failed, or a node could not be reached, in the run that a file records:
 * a cluster is repaired as a whole.
 *
 * @throws UsageError if the file is not the output of a run with --json, or if no cluster failed in it.
 */
export function failedHosts(file: string): Set<string> {
  const events = readEvents(file)
  const failed = new Set(
    events.flatMap(({ cluster, status }) =>
      cluster !== undefined && (status === 'failed' || status === 'unreachable') ? cluster : [],
    ),
  )
  const run = events.find(({ event }) => event === 'run')
  if (!run?.clusters) throw new UsageError(`${file} is not the output of a run with --json`)
  if (failed.size === 0) throw new UsageError(`no cluster failed in the run that ${file} records`)
  return new Set(run.clusters.flatMap(({ name, nodes }) => (failed.has(name) ? nodes : [])))
}

function readEvents(file: string): RecordedEvent[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    // The last line of a run that was killed may be half a line.
    return lines.slice(0, -1).map(line => JSON.parse(line) as RecordedEvent)
  } catch (error) {
    throw new UsageError(`failed@${file}: the file cannot be read: ${(error as Error).message}`, {
      hint: 'name the --json output of a run; the name of a file in a pattern must have no colon and no comma',
      cause: error,
    })
  }
}
