import type { Difference } from '../engine/events.js'
import { skip, type ClusterTask } from '../engine/task.js'
import { until } from '../engine/until.js'
import { TaskError } from '../errors.js'
import { fileState, fileText } from '../facts/files.js'
import { unitState } from '../facts/units.js'
import { sha256 } from '../blocks/file.js'
import { fingerprint } from '../secret.js'
import { membersOf, type CmapValue } from './cmap.js'
import { parseCorosyncConf, valueOf, type Section } from './corosync-conf.js'
import { confPath, keyPath } from './corosync-files.js'
import { flatten } from './corosync-keys.js'
import type { Node } from './declaration.js'
import { runningKeys } from './facts.js'
import { differingKeys, isLive, timersNotInForce } from './live-keys.js'
import { reachable, refuseUnselected, type ClusterMember, type Scope } from './members.js'
import { clusterTask } from './role.js'

/** What one node's Corosync was told by its files, and what it runs with. */
interface Loaded {
  member: ClusterMember
  conf: string | undefined
  keyHash: string | undefined
  active: boolean
  keys: Map<string, CmapValue> | undefined
}

/**
 * Hashes of the files that Corosync last loaded, noted in its own cmap: they die with the process, so that they
 * never speak of another one.
 */
export const notes = { conf: 'ha_run.corosync_conf', key: 'ha_run.authkey' } as const

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
  if (notedKey !== undefined && notedKey !== keyHash) {
    throw new TaskError(`corosync on ${member.name} runs with another key than ${keyPath} holds: ${fingerprint(notedKey)}, not ${fingerprint(keyHash ?? '')}`, {
      hint: 'put the old key back, or stop the cluster on all nodes and run again',
    })
  }
  if (keys.get(notes.conf)?.value === sha256(conf!)) return []
  const file = flatten(readable(member, conf!))
  const differing = differingKeys(file, keys)
  refuseRestart(differing, member.name)
  const inForce = timersNotInForce(file, keys)
  return [...differing, ...inForce].map(({ subject, from, to }) => ({ subject: `${subject} on ${member.name}`, from, to }))
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

/** Seconds until nodes that run have found each other: several times the token. */
const joinTime = 30

/** Starts what is stopped at once, notes what was loaded, and waits until all that run have joined. */
async function startTogether(stopped: Loaded[], loaded: Loaded[], { abandon }: Scope): Promise<void> {
  await Promise.all(stopped.map(async ({ member, conf, keyHash }) => {
    await member.$({ timeout: 90 })`systemctl reset-failed corosync.service; systemctl start corosync.service`
    await note(member, conf!, keyHash)
  }))
  const expected = loaded.map(({ member }) => member.node.links[0])
  const hint = 'is UDP port 5405 open between the nodes? `corosync-cfgtool -s` and `journalctl -u corosync` there say more'
  await Promise.all(loaded.map(({ member }) => until(`${member.name} to see ${loaded.length} nodes joined`, joinTime, async () => {
    const keys = await member.readAgain(runningKeys)
    const joined = keys ? membersOf(keys).filter(({ status }) => status === 'joined').map(({ addresses }) => addresses[0]) : []
    return expected.every(address => joined.includes(address)) ? true : undefined
  }, { hint, abandon })))
}

/**
 * One reload, which every node carries out by its own file; then every node's running keys are read back, because
 * the exit code says 0 for keys that were ignored (rule 9.3).
 */
async function reload({ members, leader, abandon }: Scope, loaded: Loaded[]): Promise<void> {
  if (loaded.length < members.length) {
    const absent = members.filter(({ unreachable }) => unreachable).map(({ name }) => name)
    throw new TaskError(`${absent.join(', ')} unreachable: nothing was reloaded, since its files cannot be compared`)
  }
  const running = loaded.filter(({ active }) => active)
  const on = running.find(({ member }) => member === leader) ?? running[0]!
  await on.member.$({ timeout: 30 })`corosync-cfgtool -R`
  for (const { member, conf, keyHash } of running) {
    const file = flatten(parseCorosyncConf(conf!))
    await until(`${member.name} to run with the new ${confPath}`, 15, async () => {
      const keys = await member.readAgain(runningKeys)
      return keys && differingKeys(file, keys).length + timersNotInForce(file, keys).length === 0 ? true : undefined
    }, { hint: `\`journalctl -u corosync\` on ${member.name} says what the reload did not like`, abandon })
    await note(member, conf!, keyHash)
  }
}

async function note({ $ }: ClusterMember, conf: string, keyHash: string | undefined): Promise<void> {
  await $`corosync-cmapctl -s ${notes.conf} str ${sha256(conf)}`
  if (keyHash !== undefined) await $`corosync-cmapctl -s ${notes.key} str ${keyHash}`
}
