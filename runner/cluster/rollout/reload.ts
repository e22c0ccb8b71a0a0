import { sha256 } from '../../tasks/file.js'
import { until } from '../../tasks/until.js'
import { TaskError } from '../../errors.js'
import { fileState } from '../../facts/files.js'
import type { Link } from '../corosync/cfgtool.js'
import { confAttributes, confPath, keyPath, replaceOnAll, validateConf } from '../corosync/files.js'
import { note } from './start.js'
import { linkStates, quorum, runningKeys } from '../corosync/facts.js'
import { oldValues } from '../corosync/in-force.js'
import { keyNote, notInForce, type CorosyncState } from '../corosync/state.js'
import { readOnAll, type Scope } from '../members.js'
import type { RolloutPlan } from './rollout-plan.js'

/** Seconds until knet has a new link up: it pings each peer, at its slowest every 1.5 s at the default token. */
const linkTime = 30

/**
 * Takes up what a reload can change. Links that another address needs are taken away by a first reload and put back
 * by a second; interrupted between the two, the next run finds a file without them and goes on from there.
 */
export async function reload(scope: Scope, loaded: CorosyncState[], way: RolloutPlan): Promise<void> {
  if (way.recreated.length > 0) {
    const without = loaded.map(node => ({ ...node, conf: withoutLinks(node.conf!, way.recreated) }))
    await refuseMovedFiles(scope, loaded)
    await replaceOnAll(loaded.map(({ member }) => member), confPath, without[0]!.conf, confAttributes, validateConf)
    await reloadOnce(scope, without, way)
    await replaceOnAll(loaded.map(({ member }) => member), confPath, loaded[0]!.conf!, confAttributes, validateConf)
  }
  await reloadOnce(scope, loaded, way)
}

/** A corosync.conf without the addresses of these links. */
export function withoutLinks(conf: string, links: number[]): string {
  return conf.split('\n').filter(line => !links.some(link => line.trim().startsWith(`ring${link}_addr:`))).join('\n')
}

/**
 * One reload, which every node carries out by its own file (rule 9.1: all hold the same, looked at once more), and
 * then every node's running keys are read back, because the exit code says 0 for keys that were ignored (rule 9.3).
 */
async function reloadOnce(scope: Scope, loaded: CorosyncState[], way: RolloutPlan): Promise<void> {
  const { leader, abandon, progress } = scope
  await refuseMovedFiles(scope, loaded)
  const running = loaded.filter(({ active }) => active)
  const rings = await ringsOf(running)
  refuseSplit(running, rings)
  const connected = await connectionsOf(running)
  await Promise.all(running.map(node => noteOldValues(node, way)))
  const on = running.find(({ member }) => member === leader) ?? running[0]!
  await on.member.$({ timeout: '30s' })`corosync-cfgtool -R`
  for (const { member, conf } of running) {
    await until(`${member.name} to run with the new ${confPath}`, 15, async () => {
      const keys = await member.readAgain(runningKeys)
      const left = keys && notInForce(conf!, keys, member.name).filter(change => isLive(change.subject, way))
      return left?.length === 0 ? true : undefined
    }, { hint: `\`journalctl -u corosync\` on ${member.name} says what the reload did not like`, abandon, progress })
  }
  if (running.some(({ keys, keyHash }) => keys?.get(keyNote)?.value !== keyHash) || changesCrypto(way)) await refuseNewRing(running, rings, scope)
  await Promise.all(running.map(note))
  await untilLinksConnected(running, connected, scope)
}

/** A reload reaches the nodes of one ring: another part would go on with what it has, and never meet this one again. */
function refuseSplit(running: CorosyncState[], rings: (string | undefined)[]): void {
  if (rings[0] !== undefined && new Set(rings).size === 1) return
  throw new TaskError(`the nodes are not in one ring (${running.map(({ member }, at) => `${member.name} ${rings[at] ?? 'in none'}`).join(', ')}): nothing was loaded`, {
    hint: '`corosync-cfgtool -s` on the nodes says which link is down',
  })
}

/** @throws TaskError before anything is loaded where a node is unreachable or its files have changed meanwhile. */
export async function refuseMovedFiles({ members }: Pick<Scope, 'members'>, loaded: CorosyncState[]): Promise<void> {
  if (loaded.length < members.length || members.some(({ unreachable }) => unreachable)) {
    const absent = members.filter(({ unreachable }) => unreachable).map(({ name }) => name)
    throw new TaskError(`${absent.join(', ')} unreachable: nothing was loaded, since its files cannot be compared`)
  }
  await Promise.all(loaded.map(async ({ member, conf, keyHash }) => {
    const [confNow, keyNow] = await Promise.all([member.readAgain(fileState(confPath)), member.read(fileState(keyPath))])
    if (confNow?.hash === sha256(conf!) && keyNow?.hash === keyHash) return
    throw new TaskError(`${confPath} or ${keyPath} on ${member.name} has just been changed by somebody else: nothing was loaded`, { hint: 'run again' })
  }))
}

function isLive(key: string, { judge }: RolloutPlan): boolean {
  return judge({ subject: key, from: undefined, to: undefined }).class === 'live reload'
}

/** What waits for a restart looks applied after a reload: its old value is noted until the process ends. */
async function noteOldValues({ member: { $, name } }: CorosyncState, { changes, judge }: RolloutPlan): Promise<void> {
  const waiting = changes.find(({ member }) => member.name === name)?.changes.filter(change => judge(change).class === 'rolling restart') ?? []
  for (const { subject, from } of waiting) {
    await $`corosync-cmapctl -s ${oldValues + subject} str ${from === undefined ? '-' : `=${from}`}`
  }
}

async function ringsOf(running: CorosyncState[]): Promise<(string | undefined)[]> {
  return (await readOnAll(running.map(({ member }) => member), quorum)).map(([, state]) => state?.ringId)
}

function changesCrypto({ changes }: RolloutPlan): boolean {
  return changes.some(({ changes: some }) => some.some(({ subject }) => /^totem\.(crypto_|secauth|key)/.test(subject)))
}

/**
 * Nodes that did not take a key up drop out once the token is lost, so the ring is watched for that long. corosync
 * reports errors of applying it only from 3.1.9 on (cluster-facts C3).
 */
async function refuseNewRing(running: CorosyncState[], rings: (string | undefined)[], { abandon, progress }: Scope): Promise<void> {
  const [{ member: one, keys: before }] = running as [CorosyncState]
  // The reload may have changed the token too: the longer one says when a node that fell silent is lost.
  const token = Math.max(...[before, await one.readAgain(runningKeys)].map(keys => Number(keys?.get('runtime.config.totem.token')?.value ?? 3000)))
  const end = Date.now() + token * 1.5
  await until(`the ring to stay as it is for ${token * 1.5 / 1000} s`, token * 2 / 1000 + 5, async () => {
    for (const { member } of running) member.changed()
    const now = await ringsOf(running)
    if (now.some((ring, at) => ring !== rings[at])) {
      throw new TaskError(`the reload made a new ring: it was ${rings.join(', ')} and is ${now.join(', ')}`, {
        hint: '`corosync-quorumtool -s` and `journalctl -u corosync` on every node say who left',
      })
    }
    return Date.now() >= end ? true : undefined
  }, { abandon, progress })
}

/** Each node's links, by number and peer, that are there, and whether they are up. */
async function connectionsOf(running: CorosyncState[]): Promise<Map<string, boolean>> {
  const links = await readOnAll(running.map(({ member }) => member), linkStates)
  return new Map(links.flatMap(([{ name }, states]) => (states ?? []).flatMap(({ link, peers }) =>
    peers.map(({ nodeId, connected }) => [`${name} ${link} ${nodeId}`, connected] as const))))
}

/**
 * Between the nodes that run: to one that is stopped, no link can be up. Nor does a reload mend one that was down before.
 */
async function untilLinksConnected(running: CorosyncState[], before: Map<string, boolean>, { abandon, progress }: Scope): Promise<void> {
  const hint = 'has each node its address on every link, and is UDP open there? `corosync-cfgtool -s` shows which peer is missing'
  const ids = running.map(({ quorum: state }) => state?.nodeId)
  await until('all links to be connected', linkTime, async say => {
    const views = await Promise.all(running.map(async ({ member: { name }, member }) => {
      const links = await member.readAgain(linkStates)
      return { name, up: links?.every(link => isConnected(link, ids, peer => before.get(`${name} ${link.link} ${peer}`) === false)) }
    }))
    const lacking = views.filter(({ up }) => !up)
    say(`not yet on ${lacking.map(({ name }) => name).join(', ')}`)
    return lacking.length === 0 ? true : undefined
  }, { hint, abandon, progress })
}

function isConnected({ peers, faulty }: Link, ids: (number | undefined)[], wasDown: (peer: number) => boolean): boolean {
  return faulty !== true && peers.every(({ nodeId, connected }) => connected || !ids.includes(nodeId) || wasDown(nodeId))
}
