import { connectionVariables } from './connection.js'
import type { Variables } from './groups.js'
import { nearest } from './nearest.js'

/** The variables that ha-run reads; all others are ignored. */
const knownVariables = ['cluster', 'address', 'gateway', 'dns', 'interface', ...connectionVariables]

/** A warning for each variable that is probably a misspelt variable of ha-run. */
export function nearMisses(variables: Variables): string[] {
  const warnings: string[] = []
  for (const [name, { origin }] of variables) {
    if (knownVariables.includes(name)) continue
    const near = nearest(name, knownVariables)
    if (near !== undefined) {
      warnings.push(`unknown variable "${name}" ${origin.key.place}: did you mean "${near}"?`)
    }
  }
  return warnings
}
