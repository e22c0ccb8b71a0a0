import { TaskError } from '../../errors.js'
import { fileState, fileText } from '../../facts/files.js'
import { packageState } from '../../facts/packages.js'
import { unitState } from '../../facts/units.js'
import type { Difference } from '../../tasks/difference.js'
import type { Cmap } from './cmap.js'
import { parseCorosyncConf, valueOf, type Section } from './conf.js'
import { confPath, keyPath } from './files.js'
import { flatten } from './settings.js'
import { quorum, runningCmap } from './facts.js'
import { inForce } from './in-force.js'
import { settingDifferences, timersNotInForce } from './setting-differences.js'
import { reachable, type ClusterMember } from '../members.js'
import type { Quorum } from './quorumtool.js'

/** A node's Corosync: its files, and what it runs with. */
export interface CorosyncState {
  member: ClusterMember
  conf: string | undefined
  keyHash: string | undefined
  active: boolean
  /** The cmap with the values that are in force; undefined if the daemon does not answer. */
  cmap: Cmap | undefined
  quorum: Quorum | undefined
}

/**
 * The cmap entry in which ha-run records the hash of the authkey that Corosync last loaded. Corosync itself does not
 * show its key. The entry dies with the process, so it always describes the process that runs.
 */
export const loadedKeyEntry = 'ha_run.authkey'

/** The state of Corosync on all reachable nodes. */
export async function readCorosyncState(members: ClusterMember[]): Promise<CorosyncState[]> {
  return Promise.all(
    reachable(members).map(async member => {
      const [conf, key, unit, cmap, votes] = await Promise.all([
        member.read(fileText(confPath)),
        member.read(fileState(keyPath)),
        member.read(unitState('corosync.service')),
        member.read(runningCmap),
        member.read(quorum),
      ])
      return {
        member,
        conf,
        keyHash: key?.hash,
        active: unit.active === 'active',
        cmap: cmap && inForce(cmap, votes),
        quorum: votes,
      }
    }),
  )
}

/** The oldest version of the corosync package on these nodes. */
export async function oldestCorosync(members: ClusterMember[]): Promise<string | undefined> {
  const versions = await Promise.all(
    reachable(members).map(async member => (await member.read(packageState('corosync'))).version ?? ''),
  )
  return versions.toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))[0]
}

/**
 * The settings of a file that differ from what Corosync runs with, each once and by its name in the file.
 *
 * @param node - whose file it is, for the error.
 */
export function notInForce(conf: string, cmap: Cmap, node: string): Difference[] {
  const file = flatten(readConf(conf, node))
  const differing = settingDifferences(file, cmap)
  const timers = timersNotInForce(file, cmap).map(({ subject, from, to }) => ({
    subject: subject.replace('runtime.config.', ''),
    from,
    to,
  }))
  return [...differing, ...timers.filter(({ subject }) => !differing.some(other => other.subject === subject))]
}

/** @throws TaskError for a file that Corosync itself could not read. */
export function readConf(conf: string, node: string): Section {
  try {
    return parseCorosyncConf(conf)
  } catch (error) {
    throw new TaskError(`${(error as Error).message} on ${node}`, {
      hint: 'run the corosync role first: `ha-run corosync`',
      cause: error,
    })
  }
}

/** Whether the file sets a cipher or a hash and the node has no authkey for it. */
export function lacksKey({ member, conf, keyHash }: Pick<CorosyncState, 'member' | 'conf' | 'keyHash'>): boolean {
  if (keyHash !== undefined) return false
  // Corosync reads the key unless both are off (totem_config_keyread in exec/totemconfig.c of 3.1).
  return ['crypto_cipher', 'crypto_hash'].some(
    setting => (valueOf(readConf(conf!, member.name), 'totem', setting) ?? 'none') !== 'none',
  )
}
