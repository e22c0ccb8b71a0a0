import * as z from 'zod/mini'
import { InventoryError, UsageError } from '../errors.js'
import { check, either, expected, isMapping, mapping, textThat } from './check.js'
import { readDocument } from './document.js'
import { parsePattern } from './limit.js'
import { didYouMean } from './nearest.js'
import type { Origin } from './origin.js'
import { refuseUnusable } from './unusable.js'

/** One part of a playbook: which roles, in which order, on which nodes. */
export interface Play {
  name: string
  /** A pattern as for `--limit`. */
  hosts: string
  roles: string[]
  /** Those of `roles` that the user's own roles replace; left out if there are none. */
  replaced?: string[]
}

/** The roles that there are. */
export interface KnownRoles {
  ours: readonly string[]
  /** Those of the user, by name, each with its file. */
  users: ReadonlyMap<string, string>
}

/** For keys of Ansible's plays that users may try. */
const hints = Object.fromEntries(
  ['tasks', 'handlers', 'pre_tasks', 'post_tasks', 'vars', 'become', 'gather_facts', 'serial'].map(key => [
    key,
    'A play of ha-run has only name, hosts and roles: tasks belong in roles, and values in the inventory.',
  ]),
)

const namedRole = z.pipe(
  textThat('the name of a role', () => true),
  z.transform((role): { role: string; replace?: boolean } => ({ role })),
)

const isPattern = (pattern: string) => {
  try {
    return parsePattern(pattern).length > 0
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
}

const roleEntry = mapping('the name of a role', {
  role: textThat('the name of a role', () => true),
  replace: z.optional(z.boolean({ error: issue => expected('true or false', issue.input) })),
})

/**
 * The plays of a playbook, a YAML list. Throws an InventoryError, with file, line and column, if it is anything else, names
 * a role that there is not, or one that is both ours and the user's without `replace: true`.
 */
export function readPlaybook(path: string, known: KnownRoles): Play[] {
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
        either(value => (isMapping(value) ? roleEntry : namedRole)),
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
  return plays.map(({ name, hosts, roles }, index) => {
    const at = document.origin.at(index, 'roles')
    if (roles.length === 0) throw at.error('expected one role or more, got an empty list')
    for (const [place, entry] of roles.entries()) checkRole(entry, known, at.at(place))
    const replaced = roles.flatMap(({ role, replace = false }) => (replace ? [role] : []))
    return { name, hosts, roles: roles.map(({ role }) => role), ...(replaced.length > 0 && { replaced }) }
  })
}

function checkRole(
  { role, replace = false }: z.output<typeof roleEntry>,
  { ours, users }: KnownRoles,
  at: Origin,
): void {
  const file = users.get(role)
  const isOurs = ours.includes(role)
  if (file === undefined && !isOurs)
    throw at.error(`unknown role "${role}"`, didYouMean(role, [...ours, ...users.keys()], 'Roles'))
  if (replace && (file === undefined || !isOurs))
    throw at
      .at('replace')
      .key.error(
        `"replace" is for a role of your own that has the name of one of ha-run, and ${file === undefined ? `there is no roles/${role}/index.ts` : `ha-run has no role "${role}"`}`,
      )
  if (!replace && file !== undefined && isOurs)
    throw at.error(`role "${role}" is one of ha-run, and one of yours: ${file}`, replaceHint(role))
}

/** How a role of the user's may have the name of one of ha-run. */
export function replaceHint(role: string): string {
  return `Give yours another name; or, in a playbook, let it replace that of ha-run: "- { role: ${role}, replace: true }".`
}
