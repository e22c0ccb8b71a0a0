import { readDraft } from '../cib/draft.js'
import { devicesIn } from '../cib/fencing-edits.js'
import { isFencingSwitch } from '../cib/fencing-properties.js'
import { ownedValues } from '../cib/ownership.js'
import type { Cluster } from '../declaration/declaration.js'
import { attribute, descendantsOf, firstOf } from '../pacemaker/xml.js'

/**
 * Why the declared fencing must not be applied to a running cluster, each with what to write instead. `fencing: disabled` switches
 * off what ha-run itself has switched on, and nobody else's devices.
 *
 * @param cib - the output of `cibadmin -Q`.
 */
export function fencingObstacles({ fencing, explicit }: Cluster, cib: string): string[] {
  const { own, foreign } = devicesIn(cib)
  const properties = propertiesIn(cib)
  if (fencing === 'disabled') {
    const isOff = properties.some(({ name, value }) => isFencingSwitch(name) && /^(false|no|off|n|0)$/i.test(value))
    return foreign.length === 0 || isOff
      ? []
      : [
          `fencing works, by ${foreign.join(', ')}, and \`fencing: disabled\` would switch it off: write \`fencing: kept\``,
        ]
  }
  if (fencing === 'kept') {
    return own.length + foreign.length > 0
      ? []
      : ['there are no fencing devices to keep: write `fencing: disabled`, or declare devices']
  }
  const ignoresQuorum = properties.some(
    ({ name, value, isOwn }) => name === 'no-quorum-policy' && value === 'ignore' && !isOwn,
  )
  return ignoresQuorum && !('no-quorum-policy' in explicit.properties)
    ? [
        'no-quorum-policy is ignore in the CIB: with fencing, nodes without quorum would fence the others. Write `properties: {no-quorum-policy: stop}`',
      ]
    : []
}

function propertiesIn(cib: string): { name: string; value: string; isOwn: boolean }[] {
  const draft = readDraft(cib)
  const owned = ownedValues(draft)
  return descendantsOf(firstOf(draft.configuration, 'crm_config'), 'nvpair').map(pair => ({
    name: attribute(pair, 'name') ?? '',
    value: attribute(pair, 'value') ?? '',
    isOwn: owned.includes(attribute(pair, 'id') ?? ''),
  }))
}
