import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isMapping, show } from './check.js'
import { readDocument } from './document.js'
import { readVariables } from './groups.js'
import type { Variables } from './groups.js'

/** The extensions Ansible looks for, in its order. */
const extensions = ['', '.yml', '.yaml', '.json']

/**
 * What `group_vars/NAME` or `host_vars/NAME` says: a file, or a folder whose files are read in the order of
 * their names. As in Ansible, the first that is there is the only one read. What is left out is said in
 * `warnings`.
 *
 * Throws an InventoryError where a file is not a mapping of variables.
 */
export function readVarsFiles(folder: string, name: string, warnings: string[]): Variables {
  const variables: Variables = new Map()
  if (name.includes('/') || !existsSync(folder)) return variables
  const [path, ...hidden] = extensions
    .map(extension => join(folder, name + extension))
    .filter(file => existsSync(file))
  if (path === undefined) return variables
  for (const file of hidden) warnings.push(`"${file}" is not read, because "${path}" is there (as in Ansible)`)
  for (const file of filesIn(path)) readVarsFile(file, variables, warnings)
  return variables
}

function readVarsFile(file: string, into: Variables, warnings: string[]): void {
  const document = readDocument(file)
  if (!document) return
  if (typeof document.value === 'string' && document.value.startsWith('$ANSIBLE_VAULT;')) {
    warnings.push(`"${file}" is encrypted with ansible-vault, which ha-run does not read: nothing in it counts`)
    return
  }
  if (!isMapping(document.value)) {
    throw document.origin.error(`expected a mapping of variables, got ${show(document.value)}`)
  }
  readVariables(document.value, document.origin, into)
}

/** A file itself, or the YAML files in and under a folder. */
function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .filter(
      entry =>
        !entry.name.startsWith('.') && (entry.isDirectory() || /(^[^.]+|\.(ya?ml|json))$/.test(entry.name)),
    )
    .map(entry => join(path, entry.name))
    .sort()
    .flatMap(filesIn)
}
