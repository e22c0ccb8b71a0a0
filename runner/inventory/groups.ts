import { isMapping, show } from './check.js'
import type { Document } from './document.js'
import { hostsOf } from './host-pattern.js'
import type { NamedHost } from './host-pattern.js'
import { templateHint } from './marks.js'
import { nearest } from './nearest.js'
import type { Origin } from './origin.js'

/** A variable and where it was declared. */
export interface Variable {
  value: unknown
  origin: Origin
}
export type Variables = Map<string, Variable>

/** A group in the inventory files; several places can add to it. */
export interface GroupEntry {
  name: string
  origin: Origin
  children: Map<string, Origin>
  hosts: Set<string>
  vars: Variables
}

export interface HostEntry {
  name: string
  origin: Origin
  vars: Variables
}

/** The content of the inventory files, without `group_vars` and `host_vars`. */
export interface Entries {
  groups: Map<string, GroupEntry>
  hosts: Map<string, HostEntry>
}

const groupKeys = ['hosts', 'children', 'vars']

/**
 * Adds the content of one inventory file. Throws an InventoryError if it is not an Ansible inventory. A key that Ansible skips
 * with a warning is an error, since everything under it would be lost.
 */
export function readGroups({ value, origin }: Document, entries: Entries): void {
  if (!isMapping(value)) throw origin.error(`expected a mapping of groups, such as "all:", got ${show(value)}`)
  for (const name of Object.keys(value)) {
    if (name === 'plugin') {
      throw origin.at(name).key.error('inventory plugins are not read: list the hosts themselves')
    }
    readGroup(name, value[name], origin.at(name), entries)
  }
}

/** The entry of a group, which is made if it is new. */
export function groupOf(name: string, origin: Origin, { groups }: Entries): GroupEntry {
  const group = groups.get(name) ?? { name, origin, children: new Map(), hosts: new Set(), vars: new Map() }
  groups.set(name, group)
  return group
}

function readGroup(name: string, value: unknown, origin: Origin, entries: Entries): GroupEntry {
  refuseTemplate(name, origin)
  const group = groupOf(name, origin.key, entries)
  for (const [key, inner] of Object.entries(section(value, origin, 'a mapping with hosts, children or vars'))) {
    const at = origin.at(key)
    if (key === 'vars') readVariables(inner, at, group.vars)
    else if (key === 'children') {
      for (const [child, childValue] of entriesOf(inner, at, 'groups')) {
        readGroup(child, childValue, at.at(child), entries)
        group.children.set(child, at.at(child).key)
      }
    } else if (key === 'hosts') {
      for (const [pattern, vars] of entriesOf(inner, at, 'hosts')) {
        readHosts(pattern, vars, at.at(pattern), group, entries)
      }
    } else throw at.key.error(`unknown key ${show(key)} in group "${name}"`, unknownKeyHint(key))
  }
  return group
}

function unknownKeyHint(key: string): string {
  if (key === 'cluster') return 'Put it under "vars:".'
  const near = nearest(key, groupKeys)
  return near === undefined
    ? 'A group has hosts, children and vars: put hosts under "hosts:", variables under "vars:".'
    : `Did you mean "${near}"?`
}

function readHosts(pattern: string, vars: unknown, origin: Origin, group: GroupEntry, entries: Entries): void {
  refuseTemplate(pattern, origin)
  for (const host of addHosts(pattern, origin.key, group, entries)) readVariables(vars, origin, host.vars)
}

/** Adds the hosts of a pattern to a group. Throws an InventoryError if the pattern is not valid. */
export function addHosts(pattern: string, origin: Origin, group: GroupEntry, { hosts }: Entries): HostEntry[] {
  return namedBy(pattern, origin).map(({ name, port }) => {
    group.hosts.add(name)
    const known = hosts.get(name)
    if (known) return known
    // As in Ansible, a port counts only where the host is first named.
    const vars: Variables = new Map(port === undefined ? [] : [['ansible_port', { value: port, origin }]])
    const host = { name, origin, vars }
    hosts.set(name, host)
    return host
  })
}

function namedBy(pattern: string, origin: Origin): NamedHost[] {
  try {
    return hostsOf(pattern)
  } catch (error) {
    if (error instanceof RangeError) throw origin.error(error.message)
    throw error
  }
}

/** Adds variables; a later one replaces an earlier one. An empty mapping may be left out, as everywhere in an inventory. */
export function readVariables(value: unknown, origin: Origin, into: Variables): void {
  for (const [name, inner] of Object.entries(section(value, origin, 'a mapping of variables'))) {
    into.set(name, { value: inner, origin: origin.at(name) })
  }
}

/** Hosts or child groups; Ansible allows a single name without a colon. */
function entriesOf(value: unknown, origin: Origin, what: string): [string, unknown][] {
  if (typeof value === 'string') return [[value, null]]
  if (Array.isArray(value)) {
    throw origin.key.error(
      `expected a mapping of ${what}, got a list`,
      'Write "name:" on a line of its own, without the dash.',
    )
  }
  return Object.entries(section(value, origin, `a mapping of ${what}`))
}

function section(value: unknown, origin: Origin, what: string): Record<string, unknown> {
  if (value === null || value === undefined) return {}
  if (!isMapping(value)) throw origin.error(`expected ${what}, got ${show(value)}`)
  return value
}

function refuseTemplate(name: string, origin: Origin): void {
  if (name.includes('{{')) {
    throw origin.key.error(`expected a name, got the Jinja expression ${show(name)}`, templateHint)
  }
}
