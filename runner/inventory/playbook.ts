import * as z from 'zod/mini'
import { InventoryError, UsageError } from '../errors.js'
import { check, expected, mapping, textThat } from './check.js'
import { readDocument } from './document.js'
import { parsePattern } from './limit.js'
import { didYouMean } from './nearest.js'
import { refuseUnusable } from './unusable.js'

/** One part of a playbook: which roles, in which order, on which nodes. */
export interface Play {
  name: string
  /** A pattern as for `--limit`. */
  hosts: string
  roles: string[]
}

/** For keys of Ansible's plays that users may try. */
const hints = Object.fromEntries(
  ['tasks', 'handlers', 'pre_tasks', 'post_tasks', 'vars', 'become', 'gather_facts', 'serial'].map(key => [
    key,
    'A play of ha-run has only name, hosts and roles: tasks belong in roles, and values in the inventory.',
  ]),
)

const isPattern = (pattern: string) => {
  try {
    return parsePattern(pattern).length > 0
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
}

/**
 * The plays of a playbook, a YAML list. Throws an InventoryError, with file, line and column, if it is anything else or names
 * a role that is not in `knownRoles`.
 */
export function readPlaybook(path: string, knownRoles: string[]): Play[] {
  const document = readDocument(path)
  if (!document) {
    throw new InventoryError(`expected a playbook, got an empty file: "${path}"`, {
      hint: 'playbooks/site.yml is an example.',
    })
  }
  refuseUnusable(document.origin)
  const aList = (what: string) => ({ error: (issue: { input?: unknown }) => expected(what, issue.input) })
  const play = mapping(
    'a mapping with name, hosts and roles',
    {
      name: textThat('a name', name => name.trim() !== ''),
      hosts: textThat('a host pattern such as all or web:!node2', isPattern),
      roles: z.array(
        textThat('the name of a role', () => true),
        aList('a list of roles'),
      ),
    },
    hints,
  )
  const plays = check(
    z.array(play, aList('a list of plays, each with name, hosts and roles')),
    document.value,
    document.origin,
  )
  if (plays.length === 0) throw document.origin.error('expected one play or more, got an empty list')
  for (const [index, { roles }] of plays.entries()) {
    const at = document.origin.at(index, 'roles')
    if (roles.length === 0) throw at.error('expected one role or more, got an empty list')
    for (const [place, role] of roles.entries()) {
      if (knownRoles.includes(role)) continue
      throw at.at(place).error(`unknown role "${role}"`, didYouMean(role, knownRoles, 'Roles'))
    }
  }
  return plays
}
