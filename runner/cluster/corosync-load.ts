import type { Difference } from '../engine/events.js'
import { skip, type ClusterTask } from '../engine/task.js'
import { until } from '../engine/until.js'
import { TaskError } from '../errors.js'
import { fileState, fileText } from '../facts/files.js'
import { unitState } from '../facts/units.js'
import { sha256 } from '../blocks/file.js'
import { fingerprint } from '../secret.js'
import { parseCorosyncConf, valueOf, type Section } from './corosync-conf.js'
import { confPath, keyPath } from './corosync-files.js'
import { flatten } from './corosync-keys.js'
import { joinTime, notes, reload, startTogether, type Loaded } from './corosync-start.js'
import type { Node } from './declaration.js'
import { runningKeys } from './facts.js'
import { differingKeys, isLive, timersNotInForce } from './live-keys.js'
import { reachable, refuseUnselected, type ClusterMember, type Scope } from './members.js'
import { clusterTask } from './role.js'

/**
 * "Corosync runs what its files say": the last task of the roles that write those files. A stopped daemon is
 * started; what a reload is known to change at once is reloaded; any other difference is not for this task to close,
 * since closing it means a restart.
 */
export function corosyncRunsItsFiles(needs: readonly string[]): ClusterTask<Node> {
  return clusterTask('corosync runs what its files say', {
    needs,
    // A stopped daemon is started beside an unreachable node too; reloads ask for every node themselves.
    tolerant: true,
    async check(scope) {
      const loaded = await readLoaded(scope)
      refuseUnequalConf(loaded)
      if (new Set(loaded.map(({ keyHash }) => keyHash)).size > 1 || loaded.some(lacksKey)) {
        return skip('it waits for the key: the authkey role gives every node the same')
      }
      return loaded.flatMap(nodeDifferences)
    },
    async apply(scope) {
      const loaded = await readLoaded(scope)
      const stopped = loaded.filter(({ active }) => !active)
      const stale = loaded.filter(node => node.keys && nodeDifferences(node).length > 0)
      const silent = loaded.filter(({ active, keys }) => active && !keys)
      await Promise.all(silent.map(({ member }) => until(`corosync on ${member.name} to answer`, joinTime, () => member.readAgain(runningKeys), { abandon: scope.abandon })))
      refuseUnselected(scope, [...stopped, ...stale].map(({ member }) => member))
      if (stale.length > 0) await reload(scope, loaded)
      if (stopped.length > 0) await startTogether(stopped, loaded, scope)
    },
  })
}

async function readLoaded({ members }: Scope): Promise<Loaded[]> {
  return Promise.all(reachable(members).map(async member => {
    const [conf, key, unit, keys] = await Promise.all([
      member.read(fileText(confPath)), member.read(fileState(keyPath)), member.read(unitState('corosync.service')), member.read(runningKeys),
    ])
    return { member, conf, keyHash: key?.hash, active: unit.active === 'active', keys }
  }))
}

function lacksKey({ member, conf, keyHash }: Loaded): boolean {
  if (keyHash !== undefined) return false
  // Corosync reads the key unless both are off (totem_config_keyread in exec/totemconfig.c of 3.1).
  return ['crypto_cipher', 'crypto_hash'].some(key => (valueOf(readable(member, conf!), 'totem', key) ?? 'none') !== 'none')
}

/** @throws TaskError for a file that Corosync could not read either. */
function readable({ name }: ClusterMember, conf: string): Section {
  try {
    return parseCorosyncConf(conf)
  } catch (error) {
    throw new TaskError(`${(error as Error).message} on ${name}`, { hint: 'run the corosync role first: `ha-run corosync`', cause: error })
  }
}

/** Rule 9.1: nothing is loaded while nodes hold different files. @throws TaskError also where one has none. */
function refuseUnequalConf(loaded: Loaded[]): void {
  if (loaded.some(({ conf }) => conf === undefined)) {
    throw new TaskError(`${confPath} is missing on ${loaded.filter(({ conf }) => conf === undefined).map(({ member }) => member.name).join(', ')}`, {
      hint: 'run the corosync role first: `ha-run corosync`',
    })
  }
  if (new Set(loaded.map(({ conf }) => conf)).size > 1) {
    throw new TaskError(`${confPath} is not the same on every node`, { hint: 'run the corosync role first, for all nodes' })
  }
}

/** How what a node's Corosync runs differs from its files. @throws TaskError where a reload would not close it. */
function nodeDifferences({ member, conf, keyHash, active, keys }: Loaded): Difference[] {
  if (!active || !keys) return [{ subject: `corosync on ${member.name}`, from: active ? 'starting' : 'stopped', to: 'running' }]
  const notedKey = keys.get(notes.key)?.value
  // All nodes hold this key (rule 9.1), so that a reload gives it to all at once (cluster-facts C4).
  const key = notedKey === undefined || notedKey === keyHash ? []
    : [{ subject: `key that corosync runs with on ${member.name}`, from: fingerprint(notedKey), to: fingerprint(keyHash ?? '') }]
  if (keys.get(notes.conf)?.value === sha256(conf!)) return key
  const file = flatten(readable(member, conf!))
  const differing = differingKeys(file, keys)
  refuseRestart(differing, member.name)
  const inForce = timersNotInForce(file, keys)
  return [...key, ...[...differing, ...inForce].map(({ subject, from, to }) => ({ subject: `${subject} on ${member.name}`, from, to }))]
}

/**
 * Says no where Corosync would have to be restarted.
 *
 * @param where - the node, or what else runs with the old values.
 * @throws TaskError with both values of each key that a reload does not change.
 */
export function refuseRestart(differing: Difference[], where: string): void {
  const fixed = differing.filter(({ subject }) => !isLive(subject))
  if (fixed.length === 0) return
  const values = fixed.map(({ subject, from, to }) => `${subject} is ${from ?? '(not set)'} and would be ${to ?? '(not set)'}`)
  throw new TaskError(`corosync runs on ${where} and a reload does not change this: ${values.join('; ')}`, {
    hint: 'declare what runs, or stop corosync on all nodes by hand and run again: the service is down meanwhile',
  })
}
