import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InventoryError } from '../errors.js'
import { skippedClusters } from './cluster-variables.js'
import { readConnection } from './connection.js'
import { readDocument } from './document.js'
import { examplePath } from './example.js'
import { orderGroups } from './group-order.js'
import { readGroups } from './groups.js'
import type { Entries, Variables } from './groups.js'
import { nearMisses } from './near-misses.js'
import type { Origin } from './origin.js'
import type { Group, Host, Inventory } from './site.js'
import { readVarsFiles } from './vars-files.js'
import { closedVault, isVaulted, type Vault } from './vault.js'

const newcomerHint = () => `Copy ${examplePath()} to inventory/site.yml and put your own nodes into it.`

/**
 * Reads an inventory: a file, or every *.yml and *.yaml directly in a directory except `example.yml`; and the `group_vars/` and
 * `host_vars/` next to it.
 *
 * Throws an InventoryError, with file, line and column.
 */
export function loadInventory(path: string, vault: Vault = closedVault): Inventory {
  if (!existsSync(path)) throw new InventoryError(`there is no inventory at "${path}"`, { hint: newcomerHint() })
  const isDirectory = statSync(path).isDirectory()
  const warnings: string[] = []
  const entries: Entries = { groups: new Map(), hosts: new Map() }
  const files = isDirectory ? inventoryFiles(path, warnings) : [path]
  const [start] = files.map(file => readInventoryFile(file, entries, vault))
  for (const name of ['all', 'ungrouped']) {
    if (!entries.groups.has(name)) {
      entries.groups.set(name, { name, origin: start!, children: new Map(), hosts: new Set(), vars: new Map() })
    }
  }
  return resolve(path, isDirectory ? path : dirname(path), entries, vault, warnings)
}

/** @returns the start of the file. */
function readInventoryFile(file: string, entries: Entries, vault: Vault): Origin {
  const document = readDocument(file, vault)
  if (!document) {
    throw new InventoryError(`expected an inventory, got an empty file: "${file}"`, { hint: newcomerHint() })
  }
  if (typeof document.value === 'string' && isVaulted(document.value)) {
    throw new InventoryError(`"${file}" is encrypted with ansible-vault, and no given password decrypts it`, {
      hint: 'Give its password: --vault-password-file FILE, or --ask-vault-pass.',
    })
  }
  readGroups(document, entries)
  return document.origin
}

/**
 * The inventory files of a directory. The example is left out, so that a fresh clone never runs against its addresses;
 * subdirectories are left out too, since labs write their inventories into one.
 */
function inventoryFiles(directory: string, warnings: string[]): string[] {
  const files: string[] = []
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = entry
    if (entry.isDirectory() || name.startsWith('.')) continue
    if (/^(?!example\.).*\.ya?ml$/.test(name)) files.push(join(directory, name))
    else if (/^[^.]+$|\.ini$/.test(name)) {
      warnings.push(`"${join(directory, name)}" is not read: ha-run reads inventories in YAML, named *.yml or *.yaml`)
    }
  }
  if (files.length > 0) return files
  const leftOut = warnings.length > 0 ? ` ${warnings.join('. ')}.` : ''
  throw new InventoryError(`there is no inventory in "${directory}"`, { hint: `${newcomerHint()}${leftOut}` })
}

/** Resolves groups and the precedence of variables. */
function resolve(path: string, beside: string, entries: Entries, vault: Vault, warnings: string[]): Inventory {
  const tree = orderGroups(entries)
  const groupFiles = new Map(
    tree.order.map(({ name }) => [name, readVarsFiles(join(beside, 'group_vars'), name, vault, warnings)]),
  )
  const hostFiles = new Map(
    [...entries.hosts.keys()].map(name => [name, readVarsFiles(join(beside, 'host_vars'), name, vault, warnings)]),
  )

  const groups = new Map<string, Group>()
  for (const group of entries.groups.values()) {
    const own = merge(group.vars, groupFiles.get(group.name)!)
    groups.set(group.name, {
      name: group.name,
      origin: group.origin,
      hosts: tree.hosts.get(group.name)!,
      ...split(own),
    })
    warnings.push(...nearMisses(own))
  }

  const hosts = new Map<string, Host>()
  for (const host of entries.hosts.values()) {
    const around = tree.around.get(host.name)!
    const own = [host.vars, hostFiles.get(host.name)!]
    // Ansible's order: all groups' variables of the inventory files come before those of group_vars.
    const all = merge(...around.map(group => group.vars), ...around.map(({ name }) => groupFiles.get(name)!), ...own)
    warnings.push(...nearMisses(merge(...own)))
    const names = around.map(({ name }) => name).reverse()
    hosts.set(host.name, {
      name: host.name,
      origin: host.origin,
      groups: names,
      connection: readConnection(host.name, all, warnings),
      ...split(all),
    })
  }
  warnings.push(...skippedClusters(groups, hosts.values()))
  return { path, hosts, groups, warnings: [...new Set(warnings)] }
}

function merge(...layers: Variables[]): Variables {
  return new Map(layers.flatMap(layer => [...layer]))
}

/** `Object.fromEntries` defines even `__proto__` as a plain property. */
function split(variables: Variables): { vars: Record<string, unknown>; origins: Record<string, Origin> } {
  const list = [...variables]
  return {
    vars: Object.fromEntries(list.map(([name, { value }]) => [name, value])),
    origins: Object.fromEntries(list.map(([name, { origin }]) => [name, origin])),
  }
}
