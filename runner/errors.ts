import { concealed } from './concealed.js'

/**
 * The known errors, by who must act on them. A known error is printed as one block without a stack (`-v` shows it); any other
 * error is a defect of ha-run and is printed with its stack.
 */

/** Exit codes, most urgent first: a run exits with the first one that applies. */
export const exitCodes = {
  interrupted: 130,
  locked: 5,
  usage: 1,
  unreachable: 4,
  failed: 2,
  defect: 70,
  drift: 3,
  ok: 0,
} as const

export interface ErrorDetails {
  /** What to do about it, as a sentence. */
  hint?: string
  /** The command that failed, without secrets. */
  command?: string
  /** The last lines of the command's output. */
  output?: string
  cause?: unknown
}

export abstract class HaRunError extends Error {
  abstract readonly exitCode: number
  readonly hint: string | undefined
  readonly command: string | undefined
  readonly output: string | undefined

  constructor(message: string, details: ErrorDetails = {}) {
    super(concealed(message), { cause: details.cause })
    const shown = (text: string | undefined) => (text === undefined ? undefined : concealed(text))
    this.name = new.target.name
    this.hint = shown(details.hint)
    this.command = shown(details.command)
    this.output = shown(details.output)
  }
}

/** The command line is wrong. */
export class UsageError extends HaRunError {
  readonly exitCode = exitCodes.usage
}

/** The inventory or a playbook is wrong; the message has file, line, column and a caret. */
export class InventoryError extends HaRunError {
  readonly exitCode = exitCodes.usage
}

/** A role is written wrongly; the message has file, line, column and a caret if they are known. */
export class RoleError extends HaRunError {
  readonly exitCode = exitCodes.usage
}

/** This machine, not a node, lacks something: a full disk, a read-only file system, too many open files. */
export class EnvironmentError extends HaRunError {
  readonly exitCode = exitCodes.usage
}

/** A node cannot be reached, refuses the login or root, or its session was lost. */
export class ConnectError extends HaRunError {
  readonly exitCode = exitCodes.unreachable
}

/** A task or a command of it failed on a node. */
export class TaskError extends HaRunError {
  readonly exitCode = exitCodes.failed
}

/** Another run has a cluster's lock. */
export class LockedError extends HaRunError {
  readonly exitCode = exitCodes.locked
}

/** The run was interrupted before the work was done. */
export class InterruptedError extends HaRunError {
  readonly exitCode = exitCodes.interrupted
}

/** The last 20 lines of an output, for an error, without empty lines at the end. */
export function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-20).join('\n').trim()
}
