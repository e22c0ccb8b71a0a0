import { HaRunError, RoleError } from '../errors.js'
import { explainSystemError } from '../system-error.js'
import type { ErrorReport } from './events.js'

/** An error as reporters show it. An unknown error is a defect of ha-run: its output is the stack. */
export function errorReport(thrown: unknown): ErrorReport {
  const error = explainSystemError(thrown)
  if (error instanceof HaRunError) {
    const { message, command, output, hint, stack } = error
    return {
      message,
      command,
      output: output === '' ? undefined : output,
      hint,
      stack,
      ...(error instanceof RoleError && { isUsage: true }),
    }
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return {
    message: `a defect of ha-run: ${message}`,
    output: stack,
    hint: 'please report it, with these lines',
    stack,
    isDefect: true,
  }
}
