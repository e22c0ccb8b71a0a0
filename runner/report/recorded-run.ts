import { isMachineEvent, type MachineEvent } from '../engine/events.js'
import { UsageError } from '../errors.js'
import type { Difference } from '../tasks/difference.js'

/** A run as `--json` printed it. */
export interface RecordedRun {
  events: MachineEvent[]
  /** When the last event happened. */
  ended: Date
}

/**
 * Reads the output of a run with `--json`.
 *
 * @param name - the name of the file, for messages.
 * @throws UsageError if it is anything else.
 */
export function readRecordedRun(text: string, name: string): RecordedRun {
  const lines = wholeLines(text).flatMap((line, index) =>
    line.trim() === '' ? [] : [readLine(line, `${name}, line ${index + 1}`)],
  )
  const events = lines.map(({ event }) => event).filter(isMachineEvent)
  if (events[0]?.event !== 'run')
    throw new UsageError(`${name} is not the output of a run with --json: it does not start with a run event`, { hint })
  return { events, ended: lines.at(-1)!.time }
}

/** A run that was killed, or a full disk, may have cut its last line. */
function wholeLines(text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  return lines.length === 0 || isJson(last) ? [...lines, last] : lines
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const hint = '`ha-run site --json >run.jsonl` records a run'

function readLine(line: string, place: string): { event: MachineEvent; time: Date } {
  let value: { event?: unknown; time?: unknown; diff?: Difference[] } | null
  try {
    value = JSON.parse(line) as typeof value
  } catch (error) {
    throw new UsageError(`${place} is not JSON: ${(error as Error).message}`, { hint, cause: error })
  }
  const time = new Date(String(value?.time))
  if (typeof value?.event !== 'string' || Number.isNaN(time.valueOf()))
    throw new UsageError(`${place} is not an event with a time`, { hint })
  if (value.diff !== undefined && !isDiff(value.diff))
    throw new UsageError(`${place} has a diff that is no list of differences`, { hint })
  const { time: _, diff, ...event } = value
  return { event: { ...event, ...(diff && { diff: diff.map(readDifference) }) } as MachineEvent, time }
}

function isDiff(diff: unknown): boolean {
  return Array.isArray(diff) && diff.every(difference => typeof difference === 'object' && difference !== null)
}

/** In JSON, a side that is absent is null. */
function readDifference({ from, to, ...rest }: Difference): Difference {
  return { ...rest, from: from ?? undefined, to: to ?? undefined }
}
