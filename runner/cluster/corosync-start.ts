import { sha256 } from '../blocks/file.js'
import { until } from '../engine/until.js'
import { TaskError } from '../errors.js'
import { fileState } from '../facts/files.js'
import { membersOf, type CmapValue } from './cmap.js'
import { parseCorosyncConf } from './corosync-conf.js'
import { confPath, keyPath } from './corosync-files.js'
import { flatten } from './corosync-keys.js'
import { quorum, runningKeys } from './facts.js'
import { differingKeys, timersNotInForce } from './live-keys.js'
import { readOnAll, type ClusterMember, type Scope } from './members.js'

/** What one node's Corosync was told by its files, and what it runs with. */
export interface Loaded {
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

/** Seconds until nodes that run have found each other: several times the token. */
export const joinTime = 30

/** Starts what is stopped at once, notes what was loaded, and waits until all that run have joined. */
export async function startTogether(stopped: Loaded[], loaded: Loaded[], { abandon }: Scope): Promise<void> {
  await Promise.all(stopped.map(async node => {
    await node.member.$({ timeout: 90 })`systemctl reset-failed corosync.service; systemctl start corosync.service`
    await note(node)
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
 * One reload, which every node carries out by its own file (rule 9.1: all hold the same, looked at once more), and
 * then every node's running keys are read back, because the exit code says 0 for keys that were ignored (rule 9.3).
 *
 * @throws TaskError before anything is loaded where a node is unreachable or its files have changed meanwhile.
 */
export async function reload(scope: Scope, loaded: Loaded[]): Promise<void> {
  const { members, leader, abandon } = scope
  if (loaded.length < members.length) {
    const absent = members.filter(({ unreachable }) => unreachable).map(({ name }) => name)
    throw new TaskError(`${absent.join(', ')} unreachable: nothing was reloaded, since its files cannot be compared`)
  }
  await refuseMovedFiles(loaded)
  const running = loaded.filter(({ active }) => active)
  const rings = await ringsOf(running)
  const on = running.find(({ member }) => member === leader) ?? running[0]!
  await on.member.$({ timeout: 30 })`corosync-cfgtool -R`
  for (const { member, conf } of running) {
    const file = flatten(parseCorosyncConf(conf!))
    await until(`${member.name} to run with the new ${confPath}`, 15, async () => {
      const keys = await member.readAgain(runningKeys)
      return keys && differingKeys(file, keys).length + timersNotInForce(file, keys).length === 0 ? true : undefined
    }, { hint: `\`journalctl -u corosync\` on ${member.name} says what the reload did not like`, abandon })
  }
  if (running.some(({ keys, keyHash }) => keys?.get(notes.key)?.value !== keyHash)) await refuseNewRing(running, rings, abandon)
  await Promise.all(running.map(note))
}

async function refuseMovedFiles(loaded: Loaded[]): Promise<void> {
  await Promise.all(loaded.map(async ({ member, conf, keyHash }) => {
    const [confNow, keyNow] = await Promise.all([member.readAgain(fileState(confPath)), member.read(fileState(keyPath))])
    if (confNow?.hash === sha256(conf!) && keyNow?.hash === keyHash) return
    throw new TaskError(`${confPath} or ${keyPath} on ${member.name} has just been changed by somebody else: nothing was reloaded`, { hint: 'run again' })
  }))
}

async function ringsOf(running: Loaded[]): Promise<(string | undefined)[]> {
  return (await readOnAll(running.map(({ member }) => member), quorum)).map(([, state]) => state?.ringId)
}

/**
 * Nodes that did not take a key up drop out once the token is lost, so the ring is watched for that long. corosync
 * reports errors of applying it only from 3.1.9 on (cluster-facts C3).
 */
async function refuseNewRing(running: Loaded[], rings: (string | undefined)[], abandon: AbortSignal): Promise<void> {
  const token = Number(running[0]!.keys?.get('runtime.config.totem.token')?.value ?? 3000)
  const end = Date.now() + token * 1.5
  await until('the ring to stay as it is', token * 2 / 1000 + 5, async () => {
    for (const { member } of running) member.changed()
    const now = await ringsOf(running)
    if (now.some((ring, at) => ring !== rings[at])) {
      throw new TaskError(`the reload made a new ring: it was ${rings.join(', ')} and is ${now.join(', ')}`, {
        hint: '`corosync-quorumtool -s` and `journalctl -u corosync` on every node say who left',
      })
    }
    return Date.now() >= end ? true : undefined
  }, { abandon })
}

async function note({ member: { $ }, conf, keyHash }: Loaded): Promise<void> {
  await $`corosync-cmapctl -s ${notes.conf} str ${sha256(conf!)}`
  if (keyHash !== undefined) await $`corosync-cmapctl -s ${notes.key} str ${keyHash}`
}
