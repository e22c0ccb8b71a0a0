import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ansibleInventoryHint } from './ansible-config.js'
import { InventoryError } from '../errors.js'
import { skippedClusters } from './cluster-variables.js'
import { readConnection } from './connection.js'
import { newcomerHint } from './example.js'
import { orderGroups } from './group-order.js'
import type { Entries, Variables } from './groups.js'
import { readInventoryFile } from './inventory-file.js'
import { filesOf } from './inventory-files.js'
import { nearMisses } from './near-misses.js'
import type { Origin } from './origin.js'
import type { Connection, Group, Host, Inventory } from './site.js'
import { readVarsFiles } from './vars-files.js'
import { closedVault, type Vault } from './vault.js'

/**
 * Reads inventories: files, or the files directly in a directory; and the `group_vars/` and `host_vars/` beside each. As in
 * Ansible, they count as one inventory, and what a later one declares takes precedence.
 *
 * Throws an InventoryError, with file, line and column.
 */
export function loadInventory(path: string | readonly string[], vault: Vault = closedVault): Inventory {
  const paths = typeof path === 'string' ? [path] : path
  const warnings: string[] = []
  const entries: Entries = { groups: new Map(), hosts: new Map() }
  const missing = paths.find(each => !existsSync(each))
  if (missing !== undefined) {
    throw new InventoryError(`there is no inventory at "${missing}"`, {
      hint: ansibleInventoryHint() ?? newcomerHint(),
    })
  }
  const sources = paths.map(each => filesOf(each, warnings))
  const [start] = sources.flatMap(({ files }) => files.map(file => readInventoryFile(file, entries, vault)))
  for (const name of ['all', 'ungrouped']) {
    if (!entries.groups.has(name)) {
      entries.groups.set(name, { name, origin: start!, children: new Map(), hosts: new Set(), vars: new Map() })
    }
  }
  // The variables beside a directory that is given twice apply at its last place.
  const beside = sources.map(({ directory }) => directory).filter((each, index, all) => all.lastIndexOf(each) === index)
  return { path: paths.join(', '), ...resolve(beside, entries, vault, warnings) }
}

/** Resolves groups and the precedence of variables. */
function resolve(beside: string[], entries: Entries, vault: Vault, warnings: string[]): Omit<Inventory, 'path'> {
  const tree = orderGroups(entries)
  const varsFiles = (directory: string, name: string) =>
    merge(...beside.map(each => readVarsFiles(join(each, directory), name, vault, warnings)))
  const groupFiles = new Map(tree.order.map(({ name }) => [name, varsFiles('group_vars', name)]))
  const hostFiles = new Map([...entries.hosts.keys()].map(name => [name, varsFiles('host_vars', name)]))

  const found: string[] = []
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
      connection: () => connectionOf(host.name, all, found),
      ...split(all),
    })
  }
  warnings.push(...skippedClusters(groups, hosts.values()))
  for (const warning of warnings) addOnce(found, warning)
  return { hosts, groups, warnings: found }
}

function connectionOf(name: string, variables: Variables, warnings: string[]): Connection {
  const own: string[] = []
  const connection = readConnection(name, variables, own)
  for (const warning of own) addOnce(warnings, warning)
  return connection
}

function addOnce(warnings: string[], warning: string): void {
  if (!warnings.includes(warning)) warnings.push(warning)
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
