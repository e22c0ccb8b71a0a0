import { TaskError } from '../errors.js'
import type { Status } from './events.js'
import type { Difference } from '../tasks/difference.js'
import { Skip, type Finding, type Warn } from '../tasks/task.js'

/** What became of one task. */
export interface Outcome {
  status: Status
  diff?: Difference[]
  effects?: string[]
  reason?: string
}

export interface Attempt {
  /** The check's finding: made early together with others where nothing has changed since, else made now. */
  check: () => Promise<Finding>
  /** The same check, looking again. */
  recheck: () => Promise<Finding>
  /** @returns what came of it, as sentences. */
  apply: (differences: Difference[]) => Promise<string[] | void>
}

/**
 * check -> apply -> re-check. "Changed" is what the second look confirms, never that a command ran.
 *
 * @throws TaskError with both values when a difference is still there.
 */
export async function applyTask({ check, recheck, apply }: Attempt): Promise<Outcome> {
  const finding = await check()
  if (!Array.isArray(finding)) return remark(finding)
  if (finding.length === 0) return { status: 'ok' }
  const effects = await apply(finding)
  const left = await recheck()
  if (!Array.isArray(left) || left.length === 0) return { status: 'changed', diff: finding, ...effects && { effects } }
  throw new TaskError(`still differs after the change: ${left.map(bothValues).join('; ')}`)
}

/** What a plan is made from. */
export interface PlannedWork extends Pick<Attempt, 'check'> {
  /** What closing the differences would make of what runs. */
  forecast?: ((differences: Difference[]) => Promise<string[]>) | undefined
  /** In sync once, it stays so whatever its needs change. */
  lasting?: boolean | undefined
}

/**
 * What a run would do, by looking only.
 *
 * @param waitsFor - the need that an earlier task would bring about: until then nobody can tell.
 */
export async function planTask({ check, forecast, lasting = false }: PlannedWork, waitsFor: string | undefined): Promise<Outcome> {
  if (waitsFor !== undefined) {
    const early = await check().catch(() => undefined)
    if (lasting && Array.isArray(early) && early.length === 0) return { status: 'ok' }
    return { status: 'unknown', reason: `until "${waitsFor}" is done` }
  }
  const finding = await check()
  if (!Array.isArray(finding)) return remark(finding)
  if (finding.length === 0) return { status: 'ok' }
  const effects = await forecast?.(finding)
  return { status: 'would-change', diff: finding, ...effects && { effects } }
}

function remark(finding: Skip | Warn): Outcome {
  return { status: finding instanceof Skip ? 'skipped' : 'warning', reason: finding.reason }
}

function bothValues({ subject, from, to }: Difference): string {
  return `${subject} is ${short(from)}, not ${short(to)}`
}

/** A value in a sentence: one line, and not a long one. */
function short(value: string | undefined): string {
  if (value === undefined) return 'absent'
  return value.length > 60 || value.includes('\n') ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value)
}
