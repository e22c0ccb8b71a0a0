import { connectionVariables } from './connection.js'
import type { Variables } from './groups.js'
import { nearest } from './nearest.js'

/** The variables that ha-run reads. All others belong to somebody else and are left alone. */
const ours = ['cluster', 'address', 'gateway', 'dns', 'interface', ...connectionVariables]

/** A sentence for every variable that is nearly, and not quite, one that ha-run reads. */
export function nearMisses(variables: Variables): string[] {
  const warnings: string[] = []
  for (const [name, { origin }] of variables) {
    if (ours.includes(name)) continue
    const near = nearest(name, ours)
    if (near !== undefined) {
      warnings.push(`unknown variable "${name}" ${origin.key.place}: did you mean "${near}"?`)
    }
  }
  return warnings
}
