import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isMapping, show } from './check.js'
import { readDocument } from './document.js'
import { readVariables } from './groups.js'
import type { Variables } from './groups.js'
import { isVaulted, type Vault } from './vault.js'

/** The extensions that Ansible tries, in its order. */
const extensions = ['', '.yml', '.yaml', '.json']

/**
 * The variables of `group_vars/NAME` or `host_vars/NAME`: a file, or a directory whose files are read in the order of their
 * names. As in Ansible, only the first that exists is read; `warnings` names the others.
 *
 * Throws an InventoryError if a file is not a mapping of variables.
 */
export function readVarsFiles(directory: string, name: string, vault: Vault, warnings: string[]): Variables {
  const variables: Variables = new Map()
  if (name.includes('/') || !existsSync(directory)) return variables
  const [path, ...hidden] = extensions
    .map(extension => join(directory, name + extension))
    .filter(file => existsSync(file))
  if (path === undefined) return variables
  for (const file of hidden) warnings.push(`"${file}" is not read, because "${path}" is there (as in Ansible)`)
  for (const file of filesIn(path)) readVarsFile(file, variables, vault, warnings)
  return variables
}

function readVarsFile(file: string, into: Variables, vault: Vault, warnings: string[]): void {
  const document = readDocument(file, vault)
  if (!document) return
  if (typeof document.value === 'string' && isVaulted(document.value)) {
    // As for Ansible, a wrong password is an error: nobody knows which variables are missing.
    if (vault.isOpen)
      throw document.origin.error(
        'no given password decrypts this file of ansible-vault',
        'Give the password with which it was encrypted: --vault-password-file can be repeated.',
      )
    warnings.push(
      `"${file}" is encrypted with ansible-vault, and no password was given (--vault-password-file): nothing in it counts`,
    )
    return
  }
  if (!isMapping(document.value)) {
    throw document.origin.error(`expected a mapping of variables, got ${show(document.value)}`)
  }
  readVariables(document.value, document.origin, into)
}

/** A file itself, or the YAML files in and below a directory. */
function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .filter(
      entry => !entry.name.startsWith('.') && (entry.isDirectory() || /(^[^.]+|\.(ya?ml|json))$/.test(entry.name)),
    )
    .map(entry => join(path, entry.name))
    .sort()
    .flatMap(filesIn)
}
