import type { CmapValue } from './cmap.js'
import type { ConfValues } from '../declaration/declaration.js'
import type { Quorum } from './quorumtool.js'

/**
 * What Corosync runs with in truth. A reload puts every key of the file into the cmap, those too that are only read
 * at the start: then the cmap shows the new value and the old one is in force (cluster-facts C3).
 */

/**
 * Before a reload, what runs on with its old value in spite of it is noted in the cmap under this prefix and the
 * key: `=value`, or `-` where it was not set. The notes die with the process, and that is when they stop being true.
 */
export const oldValues = 'ha_run.runs.'

/** Keys whose being in force shows in the Flags of `corosync-quorumtool -s`. */
const flags: Record<string, string> = {
  'quorum.wait_for_all': 'WaitForAll',
  'quorum.last_man_standing': 'LastManStanding',
  'quorum.auto_tie_breaker': 'AutoTieBreaker',
  'quorum.allow_downscale': 'AllowDownscale',
}

/** The cmap, corrected by the notes of values that a reload did not change and by the quorum's own flags. */
export function inForce(cmap: Map<string, CmapValue>, quorum: Quorum | undefined): Map<string, CmapValue> {
  const keys = new Map(cmap)
  for (const [noted, { value }] of cmap) {
    if (!noted.startsWith(oldValues)) continue
    const key = noted.slice(oldValues.length)
    if (value === '-') keys.delete(key)
    else keys.set(key, { type: 'str', value: value.slice(1) })
  }
  if (!quorum?.votes) return keys
  for (const [key, flag] of Object.entries(flags)) {
    const isOn = quorum.flags.includes(flag)
    if (isOn !== saysOn(key, keys, quorum)) keys.set(key, { type: 'u8', value: isOn ? '1' : '0' })
  }
  return keys
}

/** The flags that a quorum section brings with it, and whether each is to be on. */
export function flagsOf(values: ConfValues, quorum: Quorum): { flag: string; isOn: boolean }[] {
  const keys = new Map(Object.entries(values).map(([key, value]) => [`quorum.${key}`, { type: 'str', value }]))
  return [
    { flag: '2Node', isOn: values['two_node'] === '1' },
    ...Object.entries(flags).map(([key, flag]) => ({ flag, isOn: saysOn(key, keys, quorum) })),
  ]
}

/** Whether the flag would be on, were the cmap's values in force. */
function saysOn(key: string, keys: Map<string, CmapValue>, { votes, flags: shown }: Quorum): boolean {
  const is = (name: string) => keys.get(`quorum.${name}`)?.value
  // two_node brings wait_for_all with it where that is not said (votequorum(5)).
  if (key === 'quorum.wait_for_all') return (is('wait_for_all') ?? is('two_node')) === '1'
  if (key !== 'quorum.auto_tie_breaker') return keys.get(key)?.value === '1'
  // votequorum switches it off by itself where the votes are odd and nobody waits for all.
  return is('auto_tie_breaker') === '1' && ((votes?.expected ?? 0) % 2 === 0 || shown.includes('WaitForAll'))
}
