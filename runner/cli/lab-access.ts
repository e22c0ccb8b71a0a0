import type { Command } from 'commander'

/** Sets `-i` and `-F` to the inventory and the ssh configuration of the lab that `--lab` names. */
export async function useLab(command: Command): Promise<void> {
  const lab: unknown = command.getOptionValue('lab')
  if (typeof lab !== 'string') return
  const { requireLab } = await import('../lab/state.js')
  const { inventory, sshConfig } = await requireLab(lab)
  command.setOptionValue('inventory', [inventory])
  command.setOptionValue('sshConfig', sshConfig)
}
