import type { Cmap } from './cmap.js'
import type { ConfValues } from '../declaration/declaration.js'
import type { Quorum } from './quorumtool.js'

/**
 * The values that Corosync really uses. A reload copies every setting of the file into the cmap, including those that
 * Corosync reads only at its start: the cmap then shows the new value while the old one is in force (docs/facts.md,
 * Reload and restart).
 */

/**
 * Before a reload, ha-run records in the cmap the value of each setting that the reload will not change: this prefix
 * plus the setting's name, with `=value`, or `-` if it was not set. The records die with the process, as do the old
 * values.
 */
export const oldValuePrefix = 'ha_run.runs.'

/** The settings whose value in force shows in the Flags of `corosync-quorumtool -s`. */
const flagBySetting: Record<string, string> = {
  'quorum.wait_for_all': 'WaitForAll',
  'quorum.last_man_standing': 'LastManStanding',
  'quorum.auto_tie_breaker': 'AutoTieBreaker',
  'quorum.allow_downscale': 'AllowDownscale',
}

/** The cmap, corrected by the recorded old values and by the flags of the quorum. */
export function inForce(cmap: Cmap, quorum: Quorum | undefined): Cmap {
  const corrected: Cmap = new Map(cmap)
  for (const [entry, { value }] of cmap) {
    if (!entry.startsWith(oldValuePrefix)) continue
    const setting = entry.slice(oldValuePrefix.length)
    if (value === '-') corrected.delete(setting)
    else corrected.set(setting, { type: 'str', value: value.slice(1) })
  }
  if (!quorum?.votes) return corrected
  for (const [setting, flag] of Object.entries(flagBySetting)) {
    const isOn = quorum.flags.includes(flag)
    if (isOn !== isExpectedOn(setting, corrected, quorum))
      corrected.set(setting, { type: 'u8', value: isOn ? '1' : '0' })
  }
  return corrected
}

/** The flags that a quorum section implies, each with whether it should be on. */
export function flagsOf(values: ConfValues, quorum: Quorum): { flag: string; isOn: boolean }[] {
  const cmap = new Map(Object.entries(values).map(([name, value]) => [`quorum.${name}`, { type: 'str', value }]))
  return [
    { flag: '2Node', isOn: values['two_node'] === '1' },
    ...Object.entries(flagBySetting).map(([setting, flag]) => ({ flag, isOn: isExpectedOn(setting, cmap, quorum) })),
  ]
}

/** Whether the setting's flag would be on if the values of the cmap were in force. */
function isExpectedOn(setting: string, cmap: Cmap, { votes, flags }: Quorum): boolean {
  const valueOf = (name: string) => cmap.get(`quorum.${name}`)?.value
  // two_node implies wait_for_all unless the latter is set (votequorum(5)).
  if (setting === 'quorum.wait_for_all') return (valueOf('wait_for_all') ?? valueOf('two_node')) === '1'
  if (setting !== 'quorum.auto_tie_breaker') return cmap.get(setting)?.value === '1'
  // votequorum switches auto_tie_breaker off by itself if the number of votes is odd and wait_for_all is off.
  return valueOf('auto_tie_breaker') === '1' && ((votes?.expected ?? 0) % 2 === 0 || flags.includes('WaitForAll'))
}
