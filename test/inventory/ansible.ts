import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Inventory } from '../../runner/inventory/site.js'
import { isRequired } from '../required.js'

/** An inventory as `ansible-inventory --list` shows it: the hosts of each group, and the variables of each host. */
export interface Listing {
  groups: Record<string, string[]>
  hosts: Record<string, Record<string, unknown>>
}

/** Without Ansible on this machine: why a comparison with it is skipped. */
export const withoutAnsible =
  isRequired || existsSync('/usr/bin/ansible-inventory')
    ? null
    : 'there is no /usr/bin/ansible-inventory: HA_RUN_LAB=required npm test installs it'

/** What Ansible makes of many inventories, each given by its paths. */
export function listedByAnsible(inventories: string[][]): (Listing | { error: string })[] {
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['test/inventory/ansible-inventories.py'], {
    input: JSON.stringify(inventories),
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 100_000_000,
  })
  if (status !== 0) throw new Error(`Ansible failed: ${stderr.slice(-2000)}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the script's own output
  return JSON.parse(stdout) as (Listing | { error: string })[]
}

/** An inventory as ha-run reads it. Ansible keeps a group's priority apart from the variables. */
export function listed({ groups, hosts }: Inventory): Listing {
  return {
    groups: Object.fromEntries([...groups.values()].map(group => [group.name, group.hosts.toSorted()])),
    hosts: Object.fromEntries(
      [...hosts.values()].map(({ name, vars }) => [
        name,
        Object.fromEntries(Object.entries(vars).filter(([variable]) => variable !== 'ansible_group_priority')),
      ]),
    ),
  }
}
