import { confirmOnTerminal, requireTerminal } from './confirm.js'
import type { FenceFlags } from './flags.js'
import { runCommand } from './run-command.js'

/**
 * `ha-run fence NODE` and `ha-run fence --confirm NODE`.
 *
 * @param argv - the command line, for the record.
 * @returns the exit code.
 * @throws UsageError before the first connection if no cluster has the node, or nobody can be asked.
 */
export async function fence(node: string, flags: FenceFlags, argv: string[]): Promise<number> {
  const { confirm = false, yes = false } = flags
  requireTerminal(confirm ? 'fence --confirm' : 'fence', flags)
  const question = confirm ? `Is ${node} switched off, and have you seen it yourself?` : `Fence ${node}?`
  return runCommand(
    {
      roles: ['fence'],
      clusterOf: node,
      mayBeAbsent: [node],
      roleFlags: { node, off: flags.off, confirm },
      confirm: async (plan, stop) => yes || confirmOnTerminal(plan, stop, question),
    },
    flags,
    argv,
  )
}
