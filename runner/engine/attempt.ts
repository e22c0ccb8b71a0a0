import { TaskError } from '../errors.js'
import type { Difference } from '../tasks/difference.js'
import { Skip, type Finding, type Warn } from '../tasks/task.js'
import type { Status } from './events.js'

/** The result of one task. */
export interface TaskOutcome {
  status: Status
  diff?: Difference[]
  effects?: string[]
  reason?: string
}

export interface Attempt {
  check: () => Promise<Finding>
  recheck: () => Promise<Finding>
  /** @returns what the change has caused, as sentences. */
  apply: (differences: Difference[]) => Promise<string[] | void>
}

/**
 * check -> apply -> recheck. A task counts as changed if the recheck finds it in sync, not because a command ran.
 *
 * @throws TaskError with both values if a difference is left.
 */
export async function applyTask({ check, recheck, apply }: Attempt): Promise<TaskOutcome> {
  const finding = await check()
  if (!Array.isArray(finding)) return remark(finding)
  if (finding.length === 0) return { status: 'ok' }
  const effects = await apply(finding)
  const left = await recheck()
  if (!Array.isArray(left) || left.length === 0)
    return { status: 'changed', diff: finding, ...(effects && { effects }) }
  throw new TaskError(`still differs after the change: ${left.map(bothValues).join('; ')}`)
}

export interface PlannedWork extends Pick<Attempt, 'check'> {
  /** How the change would affect running resources. */
  forecast?: ((differences: Difference[]) => Promise<string[]>) | undefined
  /** Once in sync it stays in sync, whatever changes in the tasks that it needs. */
  lasting?: boolean | undefined
}

/**
 * What a run would do; changes nothing.
 *
 * @param unsettledNeed - a need that an earlier task would change: until then the check cannot be right.
 */
export async function planTask(
  { check, forecast, lasting = false }: PlannedWork,
  unsettledNeed: string | undefined,
): Promise<TaskOutcome> {
  if (unsettledNeed !== undefined) {
    const finding = await check().catch(() => undefined)
    if (lasting && Array.isArray(finding) && finding.length === 0) return { status: 'ok' }
    return { status: 'unknown', reason: `until "${unsettledNeed}" is done` }
  }
  const finding = await check()
  if (!Array.isArray(finding)) return remark(finding)
  if (finding.length === 0) return { status: 'ok' }
  const effects = await forecast?.(finding)
  return { status: 'would-change', diff: finding, ...(effects && { effects }) }
}

function remark(finding: Skip | Warn): TaskOutcome {
  return { status: finding instanceof Skip ? 'skipped' : 'warning', reason: finding.reason }
}

function bothValues({ subject, from, to }: Difference): string {
  return `${subject} is ${short(from)}, not ${short(to)}`
}

/** A value within a sentence: one line of limited length. */
function short(value: string | undefined): string {
  if (value === undefined) return 'absent'
  return value.length > 60 || value.includes('\n') ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value)
}
