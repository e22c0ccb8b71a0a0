import { ProcessOutput } from 'zx/core'
import { TaskError, lastLines } from '../errors.js'
import { causeIn, remedyFor } from './command-failure.js'
import type { ScriptResult } from './frame.js'

/** A command failed on a node. */
export class CommandError extends TaskError {
  readonly result: ProcessOutput

  constructor(command: string, result: ProcessOutput, message: string) {
    const output = lastLines(result.stderr.trim() === '' ? result.stdout : result.stderr)
    const hint = remedyFor(`${result.stdout}\n${result.stderr}`)
    super(message, { command, output, ...(hint !== undefined && { hint }) })
    this.result = result
  }
}

/** A frame's part as zx would have returned it from a local process. */
export function processOutput({ exitCode, stdout, stderr }: ScriptResult): ProcessOutput {
  return new ProcessOutput(exitCode, null, stdout, stderr, stdout + stderr, stderr)
}

/** The output of a script. @throws CommandError if it timed out, or failed without `nothrow`. */
export function outcome(
  script: string,
  part: ScriptResult,
  node: string,
  timeoutSeconds: number,
  nothrow: boolean,
): ProcessOutput {
  const result = processOutput(part)
  if (part.timedOut)
    throw new CommandError(
      script,
      result,
      `timed out after ${timeoutSeconds} s on ${node}; the node has ended the command`,
    )
  if (part.exitCode !== 0 && !nothrow) {
    const cause = causeIn(part.stderr, part.stdout)
    const code = `exit code ${part.exitCode} on ${node}`
    throw new CommandError(script, result, cause === undefined ? `${code}, without a message` : `${cause} (${code})`)
  }
  return result
}
