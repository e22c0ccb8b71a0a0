import { isMapping } from './check.js'
import type { Origin } from './origin.js'
import type { Group, Host } from './site.js'

/** The variables named `cluster`. Other Ansible roles use that name too, for a plain text such as `ceph-prod`. */

export interface ClusterVariable<Owner extends Group | Host> {
  owner: Owner
  value: unknown
  origin: Origin
}

/**
 * The `cluster` variables of groups that are for ha-run: those that are mappings. If there is no mapping, all of them: one that
 * is not a mapping is then a mistake to report.
 */
export function clustersOfGroups(groups: Iterable<Group>): ClusterVariable<Group>[] {
  const all = variablesOf(groups)
  const mappings = all.filter(({ value }) => isMapping(value))
  return mappings.length > 0 ? mappings : all
}

/** The `cluster` variables for ha-run that hosts have themselves, and not from a group. */
export function clustersOfHosts(hosts: Iterable<Host>, groups: ReadonlyMap<string, Group>): ClusterVariable<Host>[] {
  const own = ownOf(hosts, groups)
  return isDeclared(groups) ? own.filter(({ value }) => isMapping(value)) : own
}

/** A warning for each `cluster` variable that is not for ha-run. */
export function skippedClusters(groups: ReadonlyMap<string, Group>, hosts: Iterable<Host>): string[] {
  if (!isDeclared(groups)) return []
  const skipped = <Owner extends Group | Host>(kind: string, variables: ClusterVariable<Owner>[]) =>
    variables
      .filter(({ value }) => !isMapping(value))
      .map(
        ({ owner, origin }) =>
          `the variable "cluster" of ${kind} "${owner.name}" ${origin.key.place} is skipped: a declaration of a cluster is a mapping`,
      )
  return [...skipped('group', variablesOf(groups.values())), ...skipped('host', ownOf(hosts, groups))]
}

/** True if a group declares a cluster for ha-run. */
function isDeclared(groups: ReadonlyMap<string, Group>): boolean {
  return variablesOf(groups.values()).some(({ value }) => isMapping(value))
}

function ownOf(hosts: Iterable<Host>, groups: ReadonlyMap<string, Group>): ClusterVariable<Host>[] {
  return variablesOf(hosts).filter(
    ({ owner, origin }) => !owner.groups.some(name => groups.get(name)?.origins['cluster'] === origin),
  )
}

function variablesOf<Owner extends Group | Host>(owners: Iterable<Owner>): ClusterVariable<Owner>[] {
  return [...owners].flatMap(owner => {
    const origin = owner.origins['cluster']
    return origin === undefined ? [] : [{ owner, value: owner.vars['cluster'], origin }]
  })
}
