import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from '../errors.js'
import { isRoleName } from '../user-roles/find.js'
import { templateOf } from '../user-roles/template.js'
import { knownRoles } from './load-roles.js'

/**
 * `ha-run new role NAME`: writes roles/NAME in the current directory, and prints the names of the files.
 *
 * @throws UsageError if there is something of that name, or if no role can have it.
 */
export function newRole(name: string): void {
  if (!isRoleName(name))
    throw new UsageError(`expected the name of a role, of letters, digits, "_" and "-", got "${name}"`)
  if (knownRoles().includes(name))
    throw new UsageError(`role "${name}" is one of ha-run`, { hint: 'Give yours another name.' })
  const folder = join('roles', name)
  for (const path of [folder, `${folder}.ts`, `${folder}.js`])
    if (existsSync(path)) throw new UsageError(`${path} is there already: nothing was written`)
  for (const [path, text] of templateOf(name)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx' })
    process.stdout.write(`${file}\n`)
  }
}
