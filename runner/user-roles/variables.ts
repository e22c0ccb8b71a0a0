import { RoleError, type InventoryError } from '../errors.js'
import { nearest } from '../inventory/nearest.js'
import type { Host } from '../inventory/site.js'
import { refuseUnusable } from '../inventory/unusable.js'
import type { UserRole } from '../public/role.js'

/** Issues of zod have this form in all of its versions. */
interface Issue {
  code?: string | undefined
  path: PropertyKey[]
  message: string
  keys?: string[]
}

/**
 * The variables of a host that a role's schema names, as the schema returns them.
 *
 * @throws InventoryError for the first one that does not fit, with file, line, column and a caret.
 */
export function readVariables({ name: role, vars: schema }: UserRole, host: Host): unknown {
  if (!schema) return {}
  const names = Object.keys(schema.shape)
  const declared = names.filter(name => Object.hasOwn(host.vars, name))
  for (const name of declared) {
    const origin = host.origins[name]
    if (origin) refuseUnusable(origin)
  }
  const result = schema.safeParse(Object.fromEntries(declared.map(name => [name, host.vars[name]])))
  if (result.success) return result.data
  const [issue] = result.error.issues
  if (!issue) throw new RoleError(`the schema of role ${role} refuses the variables of ${host.name} without a reason`)
  throw variableError(role, issue, host, names)
}

/** Sentences about variables that are probably misspelt ones of a role: it would use its default instead. */
export function misspeltVariables({ name: role, vars: schema }: UserRole, hosts: readonly Host[]): string[] {
  const names = Object.keys(schema?.shape ?? {})
  return hosts.flatMap(({ vars, origins }) => {
    const unset = names.filter(name => !Object.hasOwn(vars, name))
    return Object.keys(vars).flatMap(name => {
      const near = names.includes(name) ? undefined : nearest(name, unset)
      return near === undefined
        ? []
        : [`unknown variable "${name}" ${origins[name]?.key.place ?? ''}: did you mean "${near}", of role ${role}?`]
    })
  })
}

function variableError(
  role: string,
  issue: Issue,
  { name: host, vars, origin, origins }: Host,
  names: string[],
): InventoryError {
  const [first, ...rest] = issue.path
  const variable = String(first)
  const at = origins[variable]
  if (first === undefined || !at) {
    const unknown = Object.keys(vars).filter(name => !names.includes(name))
    const near = nearest(variable, unknown)
    const misspelt = near === undefined ? undefined : origins[near]
    return misspelt
      ? misspelt.key.error(
          `role ${role} needs the variable "${variable}" for ${host}, got "${near}"`,
          `Did you mean "${variable}"?`,
        )
      : origin.error(
          first === undefined
            ? `role ${role}: ${issue.message}`
            : `role ${role} needs the variable "${variable}" for ${host}`,
          `${issue.message}. Set it in host_vars/${host}.yml, or in group_vars/ for all hosts of a group.`,
        )
  }
  const [key] = issue.code === 'unrecognized_keys' ? (issue.keys ?? []) : []
  const place = key === undefined ? at.at(...rest) : at.at(...rest, key).key
  return place.error(`variable "${[first, ...rest].join('.')}" of ${host}, for role ${role}: ${issue.message}`)
}
