import * as z from 'zod/mini'
import { expected, mapping, named, textThat } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import type { AclPermission, Acls } from './declaration.js'
import { id, idText, isAttributeText } from './schema-parts.js'

/** Access control lists of the CIB: roles with permissions, and the users and groups that have them. */

const text = (what: string) => textThat(what, value => value !== '' && isAttributeText(value))

const object = mapping(
  'a mapping with xpath, reference or object-type',
  {
    xpath: z.optional(text('an XPath expression, such as /cib')),
    reference: z.optional(idText),
    'object-type': z.optional(text('the name of an XML element of the CIB, such as nvpair')),
    attribute: z.optional(text('the name of an XML attribute')),
  },
  {
    ref: 'Did you mean "reference"?',
    id: 'Did you mean "reference"?',
    tag: 'Did you mean "object-type"?',
    type: 'Did you mean "object-type"?',
  },
)

const kinds = ['read', 'write', 'deny'] as const
const permission = mapping('a mapping such as {read: {xpath: /cib}}', {
  read: z.optional(object),
  write: z.optional(object),
  deny: z.optional(object),
})

const account = {
  what: 'the name of a user or group, of lower-case letters, digits, "_" and "-"',
  test: (name: string) => /^[a-z_][a-z0-9_-]{0,31}$/.test(name),
}
const roleNames = z.array(idText, { error: ({ input }) => expected('a list of roles', input) })

export const aclsSchema = mapping(
  'a mapping with roles, targets and groups',
  {
    roles: z.optional(
      named(
        'a mapping of roles',
        id,
        z.array(permission, { error: ({ input }) => expected('a list of permissions', input) }),
      ),
    ),
    targets: z.optional(named('a mapping of users to lists of roles', account, roleNames)),
    groups: z.optional(named('a mapping of groups to lists of roles', account, roleNames)),
  },
  { users: 'Did you mean "targets"?' },
)

/** These bypass access control (Pacemaker Explained, Access Control Lists). */
const privileged = ['root', 'hacluster']

/** @throws InventoryError for a permission for nothing or for two things, an unknown role, or a user whom nothing is forbidden. */
export function readAcls(declared: z.output<typeof aclsSchema>, origin: Origin): Acls {
  const roles = Object.entries(declared.roles ?? {}).map(([role, permissions]) => ({
    id: role,
    permissions: permissions.map((each, at) => permissionOf(each, origin.at('roles', role, at))),
  }))
  const known = roles.map(role => role.id)
  const holders = (['targets', 'groups'] as const).flatMap(kind =>
    Object.entries(declared[kind] ?? {}).map(([name, own]) => {
      if (kind === 'targets' && privileged.includes(name))
        throw origin.at(kind, name).key.error(`the user ${name} has all permissions, whatever is declared`)
      for (const [at, role] of own.entries())
        if (!known.includes(role))
          throw origin.at(kind, name, at).error(`unknown role "${role}"`, didYouMean(role, known, 'Roles'))
      return { kind: kind === 'targets' ? ('target' as const) : ('group' as const), id: name, roles: own }
    }),
  )
  return { roles, holders }
}

function permissionOf(declared: z.output<typeof permission>, origin: Origin): AclPermission {
  const [kind, ...others] = kinds.filter(name => declared[name] !== undefined)
  const allowed = kind && declared[kind]
  if (allowed === undefined || others.length > 0)
    throw origin.error(
      `expected one of ${kinds.join(', ')}, got ${others.length > 0 ? [kind, ...others].join(' and ') : 'none'}`,
    )
  const place = origin.at(kind!)
  const named = (['xpath', 'reference', 'object-type'] as const).filter(name => allowed[name] !== undefined)
  if (named.length !== 1)
    throw place.error(
      `expected one of xpath, reference, object-type, got ${named.length === 0 ? 'none' : named.join(' and ')}`,
    )
  if (allowed.attribute !== undefined && allowed['object-type'] === undefined)
    throw place
      .at('attribute')
      .key.error('"attribute" without "object-type"', 'An XPath can name the attribute itself.')
  const on = Object.entries(allowed).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return { kind: kind!, on: Object.fromEntries(on) }
}
