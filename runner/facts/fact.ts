import type { ProcessOutput } from 'zx/core'
import { sh } from '../ssh/quote.js'

/**
 * A question that is put to a node without changing it. Questions of one family are put together, so that twenty
 * files cost one `stat`; all that is asked in one breath travels in one frame.
 */
export interface Fact<T> {
  readonly family: Family<T>
  readonly argument: string
}

export interface Family<T> {
  /** As errors name it: `state of files`. */
  name: string
  /** POSIX sh that reads and never writes. */
  script(args: readonly string[]): string
  /** One value for each argument, in their order, or why there is none. An exit code that is not 0 is its to judge. */
  parse(output: ProcessOutput, args: readonly string[], asked?: FrameTimes): (T | Error)[]
}

/** When a frame of questions was sent and answered, in milliseconds since 1970 by this machine's clock. */
export interface FrameTimes {
  from: number
  to: number
}

/** A question that takes no argument. */
export function fact<T>(name: string, script: string, parse: (output: ProcessOutput) => T): Fact<T> {
  return { family: { name, script: () => script, parse: output => [parse(output)] }, argument: '' }
}

/** A daemon that hangs costs its own fact only: the other facts of the frame still come. */
const daemonTimeoutSeconds = 10

/** A command that asks a daemon, which may hang: the node ends it after 10 s. */
export function withDaemonTimeout(command: string): string {
  return sh`timeout -k 2 ${daemonTimeoutSeconds} ` + command
}
