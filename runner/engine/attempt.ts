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
  if (from === to) return `${subject} differs, although it reads ${short(from)} on both sides`
  const start = firstDifference(from ?? '', to ?? '')
  return `${subject} is ${short(from, start)}, not ${short(to, start)}`
}

const maxShown = 60

/** Where two texts begin to differ. */
function firstDifference(one: string, other: string): number {
  let at = 0
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1
  return at
}

/** A value within a sentence: one line of limited length, with what stands at `at`. */
function short(value: string | undefined, at = 0): string {
  if (value === undefined) return 'absent'
  if (value.length <= maxShown && !value.includes('\n')) return JSON.stringify(value)
  const start = at < maxShown / 2 ? 0 : at - maxShown / 4
  const end = start + maxShown
  return `${start > 0 ? '…' : ''}${JSON.stringify(value.slice(start, end))}${end < value.length ? '…' : ''}`
}
