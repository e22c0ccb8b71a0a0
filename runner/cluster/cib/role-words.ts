import { legacyRole } from '../declaration/roles.js'
import { attribute } from '../pacemaker/xml.js'
import type { CibDraft } from './draft.js'

/** Attributes whose values are roles. */
export const roleAttributes: ReadonlySet<string> = new Set(['role', 'rsc-role', 'with-rsc-role'])

/**
 * The word for a role in a CIB. Schemas before pacemaker-3.7 allow Master and Slave only, and a CIB keeps its schema when Pacemaker is
 * upgraded; later ones allow both (constraints-3.6.rng and -3.7.rng). An unknown schema is taken for a later one.
 */
export function roleWord({ cib }: CibDraft, role: string): string {
  const [, major, minor] = /^pacemaker-(\d+)\.(\d+)$/.exec(attribute(cib, 'validate-with') ?? '') ?? []
  const isOld = major !== undefined && Number(major) * 1000 + Number(minor) < 3007
  return isOld ? legacyRole(role) : role
}

/** Attributes with their roles in the words of a CIB. */
export function withRoleWords(draft: CibDraft, attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      roleAttributes.has(name) ? roleWord(draft, value) : value,
    ]),
  )
}
