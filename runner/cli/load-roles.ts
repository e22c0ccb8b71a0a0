import { readdirSync } from 'node:fs'
import type { ClusterRole } from '../cluster/role.js'

/** Roles are found by their folders, as playbooks name them: the runner knows none of them. */
const folder = new URL('../../roles/', import.meta.url)

/** Names of all roles there are. */
export function knownRoles(): string[] {
  return readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name)
}

/** @param settings - for a role that takes what the command line says of it (`withSettings`). */
export async function loadRole(name: string, settings?: unknown): Promise<ClusterRole> {
  const module = await import(new URL(`${name}/index.js`, folder).href) as { default: ClusterRole; withSettings?: (settings: unknown) => ClusterRole }
  return settings === undefined ? module.default : module.withSettings?.(settings) ?? module.default
}
