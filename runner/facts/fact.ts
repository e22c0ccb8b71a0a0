import type { ProcessOutput } from 'zx/core'
import { sh } from '../ssh/quote.js'

/**
 * Something to read from a node, without changing it. Facts of one family are read together, so that twenty files cost one
 * `stat`; all facts that are requested in one turn of the event loop go into one frame.
 */
export interface Fact<T> {
  readonly family: Family<T>
  readonly argument: string
}

export interface Family<T> {
  /** For errors: `state of files`. */
  name: string
  /** POSIX sh that reads and never writes; an empty text is not sent, and its answer is empty. */
  script(args: readonly string[]): string
  /** True if the script mostly waits: it runs beside those of other facts, with its stderr in its stdout. */
  waits?: boolean
  /**
   * The service of the node that the script asks, if it may hang: the script runs behind all that ask none, and is skipped once
   * another script for the same service has timed out (`ServiceScript`).
   */
  service?: string
  /**
   * One value for each argument, in their order, or an Error; the reader adds the node's name to a plain Error. The exit code
   * may be anything.
   */
  parse(output: ProcessOutput, args: readonly string[], times?: FrameTimes): (T | Error)[]
}

/** When a family's script was sent and its answer arrived, in milliseconds since 1970 by this machine's clock. */
export interface FrameTimes {
  from: number
  to: number
}

/** When the facts of a frame were asked that ask no service. It sends nothing to the node. */
export const moment: Fact<FrameTimes> = {
  family: { name: 'moment', script: () => '', parse: (_, __, times) => [times!] },
  argument: '',
}

/** A fact that takes no argument. */
export function fact<T>(name: string, script: string, parse: (output: ProcessOutput) => T): Fact<T> {
  return { family: { name, script: () => script, parse: output => [parse(output)] }, argument: '' }
}

/** A daemon that hangs costs its own facts only, and the first of them: the other facts of the frame still come. */
const daemonTimeoutSeconds = 5

/** A command that asks a daemon, which may hang: the node ends it after some seconds. */
export function withDaemonTimeout(command: string, timeoutSeconds = daemonTimeoutSeconds): string {
  return sh`timeout -k 1 ${timeoutSeconds} ` + command
}

/** What a service answers to a command, which the node ends after some seconds. */
export function serviceFact<T>(
  service: string,
  name: string,
  parse: (output: ProcessOutput) => T,
  command = name,
): Fact<T> {
  return { family: { ...fact(name, withDaemonTimeout(command), parse).family, service }, argument: '' }
}
