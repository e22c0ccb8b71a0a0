import { fileURLToPath } from 'node:url'
import type { Cluster } from '../cluster/declaration/declaration.js'
import { readClusters } from '../cluster/declaration/read.js'
import { UsageError } from '../errors.js'
import { didYouMean } from '../inventory/nearest.js'
import { namedHosts, selectHosts } from '../inventory/limit.js'
import { loadInventory } from '../inventory/load.js'
import { readPlaybook, replaceHint, type KnownRoles, type Play } from '../inventory/playbook.js'
import type { Host, Inventory } from '../inventory/site.js'
import type { Vault } from '../inventory/vault.js'
import { findUserRoles, projectFolders, projectPlaybook } from '../user-roles/find.js'

/** What a command runs: roles on all nodes, a playbook that ha-run ships, or a playbook of the user. */
export interface RunTarget {
  roles?: string[]
  playbook?: string
  playbookFile?: string
  /** Only the cluster that has this node. */
  clusterOf?: string
}

/** A role by its name, and the nodes on which it runs. */
export interface NamedStep {
  role: string
  /** The file of a role of the user's. */
  file?: string
  selected: Set<string>
}

/** A cluster with the roles that run there. */
export interface Job {
  cluster: Cluster
  steps: NamedStep[]
}

/** A host that belongs to no cluster, with the user's roles that may run there: only their code says whether they are for it. */
export interface HostJob {
  host: Host
  steps: NamedHostStep[]
}

/** A role of the user's on a host that belongs to no cluster. */
export interface NamedHostStep extends NamedStep {
  file: string
  /** The play that names the host, by itself or by a group; undefined if the host is only among `all`. */
  namedBy?: string
}

export interface RunPlan {
  inventory: Inventory
  jobs: Job[]
  hostJobs: HostJob[]
}

/**
 * Works out which roles run on which nodes. Reads files, and connects to nothing.
 *
 * @param knownRoles - names of the roles that ha-run has.
 * @throws UsageError if inventory, playbook or limit have an error, or select no node of a cluster.
 */
export function planRun(
  target: RunTarget,
  knownRoles: string[],
  options: { inventory: string[]; lab?: string; limit?: string; vault?: Vault },
): RunPlan {
  const folders = projectFolders({ ...options, playbookFile: target.playbookFile })
  const known = { ours: knownRoles, users: findUserRoles(folders) }
  const plays = playsOf(target, known, folders)
  const inventory = loadInventory(options.inventory, options.vault)
  const all = readClusters(inventory)
  const limit = new Set(selectHosts(inventory, options.limit ?? 'all'))
  const planned = plays.map(({ name, hosts, roles, replaced = [] }) => ({
    name,
    named: namedHosts(inventory, hosts),
    steps: roles.map((role): NamedStep => {
      const file = replaced.includes(role) || !knownRoles.includes(role) ? known.users.get(role) : undefined
      const selected = new Set(selectHosts(inventory, hosts).filter(host => limit.has(host)))
      return { role, selected, ...(file !== undefined && { file }) }
    }),
  }))
  const jobs = clustersFor(target, all)
    .map(cluster => ({
      cluster,
      steps: planned
        .flatMap(({ steps }) => steps)
        .filter(({ selected }) => cluster.nodes.some(({ name }) => selected.has(name)))
        // Each cluster binds a role of the user's to the variables of its own nodes.
        .map(step => ({ ...step })),
    }))
    .filter(job => job.steps.length > 0)
  const hostJobs = planHosts(inventory, all, planned)
  if (jobs.length === 0 && hostJobs.length === 0) {
    const [step] = planned.flatMap(({ steps }) => steps)
    const [host] = step?.selected ?? []
    if (step && host !== undefined)
      throw notForHost(step.role, host, undefined, 'Include a node of a cluster in --limit.')
    throw new UsageError('no node of a cluster is selected', { hint: 'check --limit and the hosts of the playbook' })
  }
  return { inventory, jobs, hostJobs }
}

/** A play, with its roles as steps. */
interface PlannedPlay {
  name: string
  /** The hosts that its pattern names. */
  named: ReadonlySet<string>
  steps: NamedStep[]
}

/**
 * The work on hosts that belong to no cluster.
 *
 * @throws UsageError if a play names such a host for a role of ours. An arbiter is worked on by the roles of its cluster.
 */
function planHosts(inventory: Inventory, clusters: Cluster[], plays: PlannedPlay[]): HostJob[] {
  const nodes = new Set(clusters.flatMap(cluster => cluster.nodes.map(({ name }) => name)))
  const arbiters = new Set(clusters.flatMap(({ quorumDevice }) => quorumDevice?.arbiter.name ?? []))
  return [...inventory.hosts.values()].flatMap((host): HostJob[] => {
    if (nodes.has(host.name)) return []
    const steps = plays.flatMap(({ name, named, steps }) =>
      steps.flatMap(({ file, ...step }): NamedHostStep[] => {
        if (!step.selected.has(host.name)) return []
        const namedBy = named.has(host.name) ? { namedBy: name } : {}
        if (file !== undefined) return [{ ...step, ...namedBy, file }]
        if (named.has(host.name) && !(arbiters.has(host.name) && [...step.selected].some(other => nodes.has(other))))
          throw notForHost(step.role, host.name, name)
        return []
      }),
    )
    return steps.length === 0 ? [] : [{ host, steps }]
  })
}

/** @param play - the name of the play that names the host, if one does. */
export function notForHost(role: string, host: string, play?: string, hint?: string): UsageError {
  const where = play === undefined ? '' : `play "${play}": `
  return new UsageError(`${where}role ${role} is for nodes of clusters, and ${host} belongs to no cluster`, {
    hint: hint ?? 'Leave the host out of the hosts of the play: only roles of your own can run there (docs/roles.md).',
  })
}

function clustersFor({ clusterOf: wanted }: RunTarget, clusters: Cluster[]): Cluster[] {
  if (wanted === undefined) return clusters
  const found = clusters.filter(({ nodes }) => nodes.some(({ name }) => name === wanted))
  if (found.length > 0) return found
  const names = clusters.flatMap(({ nodes }) => nodes.map(({ name }) => name))
  throw new UsageError(`no cluster has a node "${wanted}"`, { hint: didYouMean(wanted, names, 'The nodes') })
}

function playsOf({ roles, playbook, playbookFile }: RunTarget, known: KnownRoles, folders: string[]): Play[] {
  if (!roles) {
    const file = playbookFile ?? projectPlaybook(folders, playbook!) ?? shipped(playbook!)
    const plays = readPlaybook(file, known)
    refuseReplacedCommands(plays)
    return plays
  }
  for (const role of roles) checkNamedRole(role, known)
  // Roles run in the order in which they build on each other, whatever the order on the command line; the user's own come last.
  const order = readPlaybook(shipped('site'), { ours: known.ours, users: new Map() }).flatMap(play => play.roles)
  const rank = (role: string) => (known.ours.includes(role) ? order.indexOf(role) : order.length)
  return [{ name: roles.join(' '), hosts: 'all', roles: roles.toSorted((one, other) => rank(one) - rank(other)) }]
}

/** @throws UsageError if there is no role of that name, or two. */
function checkNamedRole(name: string, { ours, users }: KnownRoles): void {
  const file = users.get(name)
  const isOurs = ours.includes(name)
  if (isOurs && file !== undefined) {
    throw new UsageError(`role "${name}" is one of ha-run, and one of yours: ${file}`, { hint: replaceHint(name) })
  }
  if (isOurs || file !== undefined) return
  const all = [...ours, ...users.keys(), 'site', 'status', 'play', 'import', 'report', 'new', 'test', 'lab']
  throw new UsageError(`there is no command and no role "${name}"`, {
    hint: didYouMean(name, all, 'Commands and roles'),
  })
}

/** Roles that ha-run runs as commands, with options and rules of their own. */
const commandRoles = ['verify', 'drill', 'fence', 'rotate-key', 'rollback']

function refuseReplacedCommands(plays: Play[]): void {
  const role = plays.flatMap(({ replaced = [] }) => replaced).find(name => commandRoles.includes(name))
  if (role !== undefined) {
    throw new UsageError(`role "${role}" cannot be replaced: it is a command of ha-run`, {
      hint: 'Give your role another name, and name both in the playbook.',
    })
  }
}

/** A playbook that ha-run ships. */
export function shipped(name: string): string {
  return fileURLToPath(new URL(`../../../playbooks/${name}.yml`, import.meta.url))
}
