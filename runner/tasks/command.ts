import { TaskError } from '../errors.js'
import { fact } from '../facts/fact.js'
import { CommandError } from '../ssh/outcome.js'
import { sh } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'
import { textOf, type CommandText } from './command-text.js'
import type { NodeScope } from './scope.js'
import { task, type NodeTask, type TaskRef } from './task.js'

/** All checks of a node wait for each other. */
const checkTimeoutSeconds = 10

export interface CommandOptions {
  /**
   * Asks whether the command has nothing to do, and changes nothing: it exits with 0, or prints what is `expected`. It runs in every
   * run and every plan, with those of other tasks, for 10 s at most.
   */
  check: CommandText
  /** What the check must print, without spaces around it. Left out: its exit code counts. */
  expected?: string | RegExp
  /** What it prints is a secret. @default false */
  secret?: boolean
  /** Does it. Afterwards the check runs again: if it still finds something to do, the task fails. */
  run: ($: Remote, scope: NodeScope) => PromiseLike<unknown>
  needs?: readonly TaskRef[]
}

/**
 * A command that runs only if its check says that it has something to do.
 *
 * ```ts
 * command('enable mod_status', { check: $ => $`a2query -q -m status`, run: $ => $`a2enmod -q status` })
 * ```
 */
export function command(name: string, { check, expected, secret = false, run, needs }: CommandOptions): NodeTask {
  const script = textOf(check)
  // A shell of its own: its `exit` and `cd` are no other check's.
  const asked = fact(
    `check of "${name}"`,
    sh`timeout -k 1 ${checkTimeoutSeconds} sh -c ${script} </dev/null`,
    output => {
      const { exitCode, stdout } = output
      if (exitCode !== null && exitCode < 124) return { exitCode, text: stdout.trim() }
      const problem = exitCode === 124 || exitCode === 137 ? `took longer than ${checkTimeoutSeconds} s` : 'did not run'
      throw secret
        ? new TaskError(`the check of "${name}" ${problem} (exit code ${exitCode})`)
        : new CommandError(script, output, `the check of "${name}" ${problem} (exit code ${exitCode})`)
    },
  )
  return task(name, {
    ...(needs && { needs }),
    async check({ read }) {
      const { exitCode, text } = await read(asked)
      if (expected === undefined)
        return exitCode === 0 ? [] : [{ subject: name, from: `exit code ${exitCode}`, to: 'exit code 0' }]
      const isExpected = typeof expected === 'string' ? text === expected.trim() : expected.test(text)
      if (exitCode === 0 && isExpected) return []
      const from = secret ? 'another secret' : text === '' ? undefined : text
      return [{ subject: name, from, to: secret ? 'a secret' : String(expected) }]
    },
    async apply(scope) {
      await run(scope.$, scope)
    },
  })
}
