import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InventoryError } from '../errors.js'
import { newcomerHint } from './example.js'

/** What Ansible skips in a directory by default. */
const skipped = /(~|\.(pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry))$/

/**
 * The inventory files of a path: the file itself, or those directly in the directory. The example is left out, so that a fresh
 * clone never runs against its addresses; subdirectories are left out too, since labs write their inventories into one.
 *
 * @returns the files, in the order of their names, and the directory beside whose `group_vars/` and `host_vars/` they are.
 */
export function filesOf(path: string, warnings: string[]): { files: string[]; directory: string } {
  if (!statSync(path).isDirectory()) return { files: [path], directory: dirname(path) }
  const files: string[] = []
  const left: string[] = []
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = entry
    const file = join(path, name)
    if (name.startsWith('.') || /^example\.ya?ml$/.test(name) || statSync(file).isDirectory()) continue
    if (!skipped.test(name)) files.push(file)
    else if (/\.(ini|cfg)$/.test(name)) {
      left.push(`"${file}" is not read: as in Ansible, *.ini and *.cfg are read only if -i names the file itself`)
    }
  }
  warnings.push(...left)
  if (files.length > 0) return { files, directory: path }
  throw new InventoryError(`there is no inventory in "${path}"`, {
    hint: [newcomerHint(), ...left.map(warning => `${warning}.`)].join(' '),
  })
}
