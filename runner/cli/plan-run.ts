import { fileURLToPath } from 'node:url'
import type { Cluster } from '../cluster/declaration/declaration.js'
import { readClusters } from '../cluster/declaration/read.js'
import { UsageError } from '../errors.js'
import { didYouMean } from '../inventory/nearest.js'
import { selectHosts } from '../inventory/limit.js'
import { loadInventory } from '../inventory/load.js'
import { readPlaybook, type Play } from '../inventory/playbook.js'
import type { Inventory } from '../inventory/site.js'
import type { Vault } from '../inventory/vault.js'

/** What a command runs: roles on all nodes, a playbook that ha-run ships, or a playbook of the user. */
export interface RunTarget {
  roles?: string[]
  playbook?: string
  playbookFile?: string
  /** Only the cluster that has this node. */
  clusterOf?: string
}

/** A cluster with the names of the roles that run there, and on which of its nodes. */
export interface Job {
  cluster: Cluster
  steps: { role: string; selected: Set<string> }[]
}

export interface RunPlan {
  inventory: Inventory
  jobs: Job[]
}

/**
 * Works out which roles run on which nodes. Reads files, and connects to nothing.
 *
 * @param knownRoles - names of the roles that there are.
 * @throws UsageError if inventory, playbook or limit have an error, or select no node of a cluster.
 */
export function planRun(
  target: RunTarget,
  knownRoles: string[],
  options: { inventory: string[]; limit?: string; vault?: Vault },
): RunPlan {
  const plays = playsOf(target, knownRoles)
  const inventory = loadInventory(options.inventory, options.vault)
  const clusters = clustersFor(target, readClusters(inventory))
  const limit = new Set(selectHosts(inventory, options.limit ?? 'all'))
  const steps = plays.flatMap(({ hosts, roles }) => {
    const selected = new Set(selectHosts(inventory, hosts).filter(name => limit.has(name)))
    return roles.map(role => ({ role, selected }))
  })
  const jobs = clusters
    .map(cluster => ({
      cluster,
      steps: steps.filter(({ selected }) => cluster.nodes.some(({ name }) => selected.has(name))),
    }))
    .filter(job => job.steps.length > 0)
  if (jobs.length === 0)
    throw new UsageError('no node of a cluster is selected', { hint: 'check --limit and the hosts of the playbook' })
  return { inventory, jobs }
}

function clustersFor({ clusterOf: wanted }: RunTarget, clusters: Cluster[]): Cluster[] {
  if (wanted === undefined) return clusters
  const found = clusters.filter(({ nodes }) => nodes.some(({ name }) => name === wanted))
  if (found.length > 0) return found
  const names = clusters.flatMap(({ nodes }) => nodes.map(({ name }) => name))
  throw new UsageError(`no cluster has a node "${wanted}"`, { hint: didYouMean(wanted, names, 'The nodes') })
}

function playsOf({ roles, playbook, playbookFile }: RunTarget, knownRoles: string[]): Play[] {
  if (!roles) return readPlaybook(playbookFile ?? shipped(playbook!), knownRoles)
  const unknown = roles.find(name => !knownRoles.includes(name))
  if (unknown !== undefined) {
    throw new UsageError(`there is no command and no role "${unknown}"`, {
      hint: didYouMean(
        unknown,
        [...knownRoles, 'site', 'status', 'play', 'import', 'report', 'lab'],
        'Commands and roles',
      ),
    })
  }
  // Roles run in the order in which they build on each other, whatever the order on the command line.
  const order = readPlaybook(shipped('site'), knownRoles).flatMap(play => play.roles)
  return [
    {
      name: roles.join(' '),
      hosts: 'all',
      roles: roles.toSorted((one, other) => order.indexOf(one) - order.indexOf(other)),
    },
  ]
}

/** A playbook that ha-run ships. */
function shipped(name: string): string {
  return fileURLToPath(new URL(`../../../playbooks/${name}.yml`, import.meta.url))
}
