import { RoleError } from '../errors.js'
import type { UserRole } from '../public/role.js'
import type { RoleCode } from './code.js'
import { roleError, shown } from './position.js'

/**
 * Loads a role of the user's.
 *
 * @param name - that of its file.
 * @throws RoleError if the file cannot be loaded, or exports something else than a role of that name.
 */
export async function loadUserRole(name: string, file: string, code: RoleCode): Promise<UserRole> {
  let exported: unknown
  try {
    ;({ default: exported } = await code.import(file))
  } catch (error) {
    throw roleError(error, file, code)
  }
  const example = `export default role('${name}', ({ node }) => [ … ])`
  if (exported === undefined)
    throw new RoleError(`${shown(file)} has no default export`, { hint: `It exports its role: ${example}` })
  if (!isRole(exported)) {
    throw new RoleError(`${shown(file)} exports by default something that is no role`, {
      hint: `A role is made by the function role: ${example}`,
    })
  }
  if (exported.name !== name) {
    throw new RoleError(`${shown(file)} exports the role "${exported.name}", and playbooks would name it "${name}"`, {
      hint: `Give the role and its folder or file the same name: ${example}`,
    })
  }
  return exported
}

function isRole(value: unknown): value is UserRole {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'tasks' in value &&
    typeof value.tasks === 'function'
  )
}
