import type { Option } from 'commander'
import type { Cluster } from '../cluster/declaration/declaration.js'
import type { ClusterRole } from '../cluster/role.js'
import type { EventView } from '../ui/event-view.js'
import roleNames from './role-names.js'

/** What a role's index.ts exports. Only a role with a command of its own has more than a default export. */
export interface RoleModule {
  default: ClusterRole
  /** The options that the role adds to its command. */
  options?: () => Option[]
  /** The role as the options of its command set it. */
  withFlags?: (flags: object) => ClusterRole
  /** Throws a UsageError if the role's command cannot run on these clusters with these options. */
  checkFlags?: (flags: object, clusters: Cluster[]) => void
  /** Shows the events that the role adds. */
  view?: EventView
}

/** The names of all roles, as playbooks name them. */
export function knownRoles(): string[] {
  return [...roleNames]
}

/** Roles are found by the names of their directories: the runner imports none of them. */
export async function loadRoleModule(name: string): Promise<RoleModule> {
  return (await import(`../../roles/${name}/index.js`)) as RoleModule
}

/** @param flags - the options of the role's own command, if that is what runs. */
export async function loadRole(name: string, flags?: object): Promise<ClusterRole> {
  const module = await loadRoleModule(name)
  return flags === undefined ? module.default : (module.withFlags?.(flags) ?? module.default)
}

/** What shows the events that these roles add. */
export async function loadViews(names: Iterable<string>): Promise<EventView[]> {
  const modules = await Promise.all([...new Set(names)].map(loadRoleModule))
  return modules.flatMap(({ view }) => view ?? [])
}
