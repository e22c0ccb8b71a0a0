import { confirmOnTerminal, requireTerminal } from './confirm.js'
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
  requireTerminal('a drill', flags)
  const { checkFlags } = await loadRoleModule('drill')
  return runCommand(
    {
      playbook: 'drill',
      roleFlags: flags,
      checkClusters: clusters => checkFlags?.(flags, clusters),
      confirm: async (plan, stop) => flags.yes || confirmOnTerminal(plan, stop),
    },
    flags,
    argv,
  )
}
