import { installScript } from '../../runner/tasks/packages.js'
import { nodeProvenance } from '../../runner/cluster/adoption/provenance.js'
import { loadRole } from '../../runner/cli/load-roles.js'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import type { NodeScope } from '../../runner/tasks/scope.js'
import type { Fact } from '../../runner/facts/fact.js'
import { loadInventory } from '../../runner/inventory/load.js'
import { end, environment } from './floor.js'

/**
 * The floor of a cluster's building, which no tool can do without: every package that ha-run installs, by one apt-get. It
 * configures and starts nothing.
 */

/** The units that the packages would start. */
const units = ['corosync.service', 'pacemaker.service', 'apache2.service']

/** The script for a node, as shell text. @param inventory - the lab's. */
export async function installFloor(inventory: string): Promise<string> {
  return [environment, `(\n${installScript(await packagesOf(inventory), units)}\n) && echo '${end}'`, ''].join('\n')
}

/** The packages that the roles' tasks find missing on a node where there is none. */
export async function packagesOf(inventory: string): Promise<string[]> {
  const [cluster] = readClusters(loadInventory(inventory))
  const roles = await Promise.all(['corosync', 'pacemaker', 'apache'].map(async role => loadRole(role)))
  const tasks = roles.flatMap(role => role.tasks({ cluster: cluster!, node: cluster!.nodes[0]! }))
  const read = async ({ family }: Fact<unknown>) =>
    family === nodeProvenance.family ? { provenance: 'bare', adopted: false } : undefined
  const bare = { read } as unknown as NodeScope
  const missing = await Promise.all(
    tasks.map(async task => (task.scope === 'node' && task.name.startsWith('install ') ? task.check(bare) : [])),
  )
  return [
    ...new Set(missing.flat().flatMap(found => ('subject' in found ? found.subject.replace('package ', '') : []))),
  ]
}
