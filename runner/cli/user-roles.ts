import type { OutsideHost } from '../cluster/declaration/outside-host.js'
import type { ClusterRole } from '../cluster/role.js'
import { UsageError } from '../errors.js'
import type { HostRole } from '../user-roles/bind.js'
import { notForHost, type NamedStep, type RunPlan } from './plan-run.js'

/** The roles of the user's in a run. */
export interface UserRoles {
  /** Those on nodes of clusters. */
  ofSteps: ReadonlyMap<NamedStep, ClusterRole>
  /** The hosts that belong to no cluster, with the roles that run there. */
  hosts: HostWork[]
}

export interface HostWork {
  cluster: OutsideHost
  steps: { role: HostRole; selected: Set<string> }[]
}

/**
 * Loads the roles of the user's among the steps. The code for that is loaded only if there are any.
 *
 * @throws RoleError, InventoryError; UsageError if a role is not for a host that a play names, or for any of the selected hosts.
 */
export async function loadUserRoles({ jobs, hostJobs, inventory }: RunPlan): Promise<UserRoles> {
  const ofSteps = new Map<NamedStep, ClusterRole>()
  if (![...jobs, ...hostJobs].some(({ steps }) => steps.some(({ file }) => file !== undefined)))
    return { ofSteps, hosts: [] }
  const { RoleLoader } = await import('../user-roles/loader.js')
  const loader = await RoleLoader.open(inventory)
  for (const { cluster, steps } of jobs) {
    for (const step of steps) {
      if (step.file === undefined) continue
      const { role, file, selected } = step
      ofSteps.set(step, await loader.forCluster({ role, file }, cluster, selected))
    }
  }
  const hosts: HostWork[] = []
  for (const { host, steps } of hostJobs) {
    for (const { namedBy, selected, ...found } of steps) {
      const bound = await loader.forHost(found, host)
      // A role that is for nodes of clusters passes over the other hosts of "all", unless there is nothing else to work on.
      if (!bound && (namedBy !== undefined || jobs.length === 0)) {
        const hint = `For hosts outside clusters, a role has the option "anywhere: true": role('${found.role}', { anywhere: true }, …).`
        throw notForHost(found.role, host.name, namedBy, hint)
      }
      if (!bound) continue
      const step = { role: bound.role, selected }
      const last = hosts.at(-1)
      if (last?.cluster.name === host.name) last.steps.push(step)
      else hosts.push({ cluster: bound.cluster, steps: [step] })
    }
  }
  const namesake = hosts.find(({ cluster: { name } }) => jobs.some(({ cluster }) => cluster.name === name))?.cluster
    .name
  if (namesake !== undefined) {
    throw new UsageError(`host ${namesake} and a cluster have the same name, and the run would report both as one`, {
      hint: 'Rename the host in the inventory, or leave one of them out with --limit.',
    })
  }
  return { ofSteps, hosts }
}
