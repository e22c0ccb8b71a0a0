import { readdirSync } from 'node:fs'
import type { EventView } from '../ui/event-view.js'
import type { ClusterRole } from '../cluster/role.js'

/** Roles are found by their folders, as playbooks name them: the runner knows none of them. */
const folder = new URL('../../roles/', import.meta.url)

/** Names of all roles there are. */
export function knownRoles(): string[] {
  return readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name)
}

interface RoleModule {
  default: ClusterRole
  /** For a role that takes settings from the command line. */
  withSettings?: (settings: unknown) => ClusterRole
  /** For a role that adds events of its own. */
  view?: EventView
}

async function moduleOf(name: string): Promise<RoleModule> {
  return await import(new URL(`${name}/index.js`, folder).href) as RoleModule
}

/** @param settings - from the command line. */
export async function loadRole(name: string, settings?: unknown): Promise<ClusterRole> {
  const module = await moduleOf(name)
  return settings === undefined ? module.default : module.withSettings?.(settings) ?? module.default
}

/** How to show the events that these roles add. */
export async function loadViews(names: Iterable<string>): Promise<EventView[]> {
  const modules = await Promise.all([...new Set(names)].map(moduleOf))
  return modules.flatMap(({ view }) => view ?? [])
}
