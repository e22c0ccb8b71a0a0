import type { Explicit } from '../declaration/declaration.js'
import { metaNames, optionNames, parameterNames, type DeclaredName } from './declared-names.js'
import { presentNames } from './in-cib.js'
import type { ParametersToJudge } from './name-problems.js'

/** Which part of a declaration is judged: the role `pacemaker` applies the options, the role `constraints` the resources. */
export type JudgedPart = 'options' | 'resources'

/** What these roles apply. */
export function partsOf(roles: ReadonlySet<string>): JudgedPart[] {
  return [
    ...(roles.has('pacemaker') ? (['options'] as const) : []),
    ...(roles.has('constraints') ? (['resources'] as const) : []),
  ]
}

/** The declared names that the cluster does not have yet. */
export interface NamesToJudge {
  names: DeclaredName[]
  primitives: ParametersToJudge[]
}

/** The part of a declaration whose names are judged. */
export type DeclaredValues = Omit<Explicit, 'constraints' | 'corosync'>

/** @param cib - the output of `cibadmin -Q`; undefined if the cluster has none yet. */
export function namesToJudge(
  explicit: DeclaredValues,
  parts: readonly JudgedPart[],
  cib: string | undefined,
): NamesToJudge {
  const present = presentNames(cib)
  const names = [
    ...(parts.includes('options') ? optionNames(explicit) : []),
    ...(parts.includes('resources') ? metaNames(explicit) : []),
  ]
  const primitives = parts.includes('resources') ? parameterNames(explicit) : []
  return {
    names: names.filter(name => !present.has(name)),
    primitives: primitives.flatMap(({ primitive, names: all }): ParametersToJudge[] => {
      if (!present.hasPrimitive(primitive)) return [{ primitive, names: all, mayLack: () => true }]
      const dropped = present.dropped(primitive)
      const added = all.filter(name => !present.has(name))
      return added.length + dropped.length === 0
        ? []
        : [{ primitive, names: added, mayLack: parameter => dropped.includes(parameter) }]
    }),
  }
}
