import { createInterface } from 'node:readline/promises'
import { concealed } from '../concealed.js'
import { UsageError } from '../errors.js'
import type { ConfirmedRunFlags } from './flags.js'
import { loadRoleModule } from './load-roles.js'
import { runCommand } from './run-command.js'

/**
 * `ha-run drill`.
 *
 * @param argv - the command line, for the record.
 * @returns the exit code.
 * @throws UsageError before the first connection if the options do not fit each other or the inventory.
 */
export async function drill(flags: ConfirmedRunFlags, argv: string[]): Promise<number> {
  const { yes = false, check = false } = flags
  if (!yes && !check && !process.stdin.isTTY) {
    throw new UsageError('a drill asks for confirmation, and there is no terminal to ask on', {
      hint: 'run it again with --yes, or with --check to see the plan',
    })
  }
  const { checkFlags } = await loadRoleModule('drill')
  return runCommand(
    {
      playbook: 'drill',
      roleFlags: flags,
      checkClusters: clusters => checkFlags?.(flags, clusters),
      confirm: async (plan, stop) => yes || ask(plan, stop),
    },
    flags,
    argv,
  )
}

/** Prints the plan on stderr and asks. Ctrl-C and Ctrl-D mean no. */
async function ask(plan: string[], stop: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    // Node never settles a question whose input has ended.
    const inputEnded = new Promise<string>(resolve => lines.once('close', () => resolve('')))
    const answer = await Promise.race([
      lines.question([...plan.map(line => `  ${concealed(line)}`), 'Go on? [y/N] '].join('\n'), { signal: stop }),
      inputEnded,
    ])
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    lines.close()
  }
}
