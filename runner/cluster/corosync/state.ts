import { TaskError } from '../../errors.js'
import { fileState, fileText } from '../../facts/files.js'
import { packageVersion } from '../../facts/packages.js'
import { unitState } from '../../facts/units.js'
import type { Difference } from '../../tasks/difference.js'
import type { CmapValue } from './cmap.js'
import { parseCorosyncConf, valueOf, type Section } from './conf.js'
import { confPath, keyPath } from './files.js'
import { flatten } from './settings.js'
import { quorum, runningKeys } from './facts.js'
import { inForce } from './in-force.js'
import { differingKeys, timersNotInForce } from './setting-differences.js'
import { reachable, type ClusterMember } from '../members.js'
import type { Quorum } from './quorumtool.js'

/** What one node's Corosync was told by its files, and what it runs with. */
export interface CorosyncState {
  member: ClusterMember
  conf: string | undefined
  keyHash: string | undefined
  active: boolean
  /** The cmap with what is really in force; undefined where the daemon does not answer. */
  keys: Map<string, CmapValue> | undefined
  quorum: Quorum | undefined
}

/**
 * Where the hash of the key that Corosync last loaded is noted: in its own cmap, so that the note dies with the
 * process and never speaks of another one. The key itself does not show there.
 */
export const keyNote = 'ha_run.authkey'

/** Of all nodes that can be reached. */
export async function readCorosyncState(members: ClusterMember[]): Promise<CorosyncState[]> {
  return Promise.all(reachable(members).map(async member => {
    const [conf, key, unit, keys, state] = await Promise.all([
      member.read(fileText(confPath)), member.read(fileState(keyPath)), member.read(unitState('corosync.service')), member.read(runningKeys), member.read(quorum),
    ])
    return { member, conf, keyHash: key?.hash, active: unit.active === 'active', keys: keys && inForce(keys, state), quorum: state }
  }))
}

/** The oldest corosync package on these nodes. */
export async function oldestCorosync(members: ClusterMember[]): Promise<string | undefined> {
  const versions = await Promise.all(reachable(members).map(async member => await member.read(packageVersion('corosync')) ?? ''))
  return versions.toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))[0]
}

/** The keys that Corosync runs with and that a file says otherwise; each once, by its name in the file. */
export function notInForce(conf: string, keys: Map<string, CmapValue>, where: string): Difference[] {
  const file = flatten(readConf(conf, where))
  const differing = differingKeys(file, keys)
  const timers = timersNotInForce(file, keys).map(({ subject, from, to }) => ({ subject: subject.replace('runtime.config.', ''), from, to }))
  return [...differing, ...timers.filter(({ subject }) => !differing.some(other => other.subject === subject))]
}

/** @throws TaskError for a file that Corosync could not read either. */
export function readConf(conf: string, where: string): Section {
  try {
    return parseCorosyncConf(conf)
  } catch (error) {
    throw new TaskError(`${(error as Error).message} on ${where}`, { hint: 'run the corosync role first: `ha-run corosync`', cause: error })
  }
}

/** Whether the file names a cipher or a hash, and the node has no key for it. */
export function lacksKey({ member, conf, keyHash }: Pick<CorosyncState, 'member' | 'conf' | 'keyHash'>): boolean {
  if (keyHash !== undefined) return false
  // Corosync reads the key unless both are off (totem_config_keyread in exec/totemconfig.c of 3.1).
  return ['crypto_cipher', 'crypto_hash'].some(key => (valueOf(readConf(conf!, member.name), 'totem', key) ?? 'none') !== 'none')
}
