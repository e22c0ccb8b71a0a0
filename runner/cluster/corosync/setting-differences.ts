import { isIP } from 'node:net'
import type { Difference } from '../../tasks/difference.js'
import { Secret } from '../../secret.js'
import type { CmapValue } from './cmap.js'

/** How corosync.conf's keys (`flatten`) differ from another file's and from those that Corosync runs with (`parseCmap`). */

// All that totem_volatile_config_read (exec/totemconfig.c of 3.1) reads again at a reload and that is a number.
const timers = [
  'token', 'token_coefficient', 'token_retransmits_before_loss_const', 'token_retransmit', 'token_warning', 'hold',
  'join', 'send_join', 'consensus', 'merge', 'downcheck', 'fail_recv_const', 'seqno_unchanged_const',
  'heartbeat_failures_allowed', 'max_network_delay', 'window_size', 'max_messages', 'miss_count_const',
  'knet_pmtud_interval'
]

/**
 * The keys in which a file and the running Corosync differ, `from` what runs `to` what the file says. Nodes are
 * told apart by their ids, not by their place in the file (`nodelist.nodeid.2.ring0_addr`).
 *
 * Equal keys do not prove that a value is in force: after a reload that changed `wait_for_all` and its like the
 * cmap has the new value and the quorum the old one (cluster-facts C3). `in-force.ts` sees through that.
 */
export function differingKeys(file: Map<string, string>, running: Map<string, CmapValue>): Difference[] {
  const known = new Map([...file].filter(([key]) => fromFile.test(key) && !key.endsWith('.bindnetaddr')))
  return betweenFiles(configured(running, known), new Map([...known, ...idsGivenByCorosync(known, running)]))
    .filter(change => !isResolved(change, running))
}

/** Whether the running node list has a host name that resolves to the file's address. */
function isResolved({ subject, from, to }: Difference, running: Map<string, CmapValue>): boolean {
  const [, id, link] = /^nodelist\.nodeid\.(\d+)\.ring(\d+)_addr$/.exec(subject) ?? []
  return id !== undefined && from !== undefined && isIP(from) === 0 && to !== undefined && (running.get(`runtime.members.${id}.ip`)?.value ?? '').includes(`r(${link}) ip(${to})`)
}

/** With udp and udpu a node may stand in the file without an id: it has the one that Corosync has made from its address. */
function idsGivenByCorosync(file: Map<string, string>, running: Map<string, CmapValue>): [string, string][] {
  const ids = new Map([...running].flatMap(([key, { value }]) => {
    const [, place] = /^nodelist\.node\.(\d+)\.ring0_addr$/.exec(key) ?? []
    const id = running.get(`nodelist.node.${place}.nodeid`)?.value
    return place === undefined || id === undefined ? [] : [[value, id] as const]
  }))
  return placesIn(file).filter(place => !file.has(`${place}.nodeid`))
    .flatMap(place => ids.has(file.get(`${place}.ring0_addr`)!) ? [[`${place}.nodeid`, ids.get(file.get(`${place}.ring0_addr`)!)!]] : [])
}

/** The nodes of a file: `nodelist.node.0` and on. */
function placesIn(file: Map<string, string>): string[] {
  return [...file.keys()].flatMap(key => /^(nodelist\.node\.\d+)\.ring0_addr$/.exec(key)?.[1] ?? [])
}

/** The keys in which two files differ. */
export function betweenFiles(one: Map<string, string>, other: Map<string, string>): Difference[] {
  const [before, after] = [byNodeId(one), byNodeId(other)]
  const subjects = [...new Set([...before.keys(), ...after.keys()])].sort()
  return subjects.flatMap(subject => {
    const from = before.get(subject) ?? defaults.get(subject)
    const to = after.get(subject) ?? defaults.get(subject)
    return sameValue(from, to) ? [] : [{ subject, from: shown(subject, from), to: shown(subject, to) }]
  })
}

/** A setting as it is in force: as the file gave it, else as Corosync has worked it out, else as it does without. */
export function inForceValue(setting: string, running: Map<string, CmapValue>): string | undefined {
  const [, inner = ''] = /^totem\.(crypto_cipher|crypto_hash)$/.exec(setting) ?? []
  // Corosync notes the port of a link there, whether the file has one or not.
  const own = /^totem\.interface\.\d+\.mcastport$/.test(setting) ? running.get(setting)?.value : configured(running).get(setting)
  return own ?? running.get(`runtime.config.${setting}`)?.value ?? defaults.get(setting) ?? (inner === '' ? undefined : 'none')
}

/** A key's value in what Corosync runs with, by its name in a difference. */
export function runningValue(subject: string, running: Map<string, CmapValue>): string | undefined {
  return shown(subject, byNodeId(configured(running)).get(subject) ?? defaults.get(subject))
}

/** A key can stand in the file itself (`totem.key`), and is nobody's to read. */
function shown(subject: string, value: string | undefined): string | undefined {
  return subject === 'totem.key' && value !== undefined ? new Secret(Buffer.from(value)).toString() : value
}

// What Corosync 3 does where the file says nothing (corosync.conf(5), votequorum(5)), for keys that cost a restart.
const defaults = new Map([
  ['totem.transport', 'knet'], ['totem.link_mode', 'passive'], ['totem.interface.0.mcastport', '5405'],
  ['quorum.allow_downscale', '0'], ['quorum.auto_tie_breaker', '0'], ['quorum.expected_votes_tracking', '0'],
  ['quorum.last_man_standing', '0'], ['quorum.last_man_standing_window', '10000'],
])

/**
 * The running keys that come from the file, without those which Corosync itself adds to its sections.
 *
 * @param file - what it says itself: a port that stands there is not one that was added. (An address that it says to bind
 *   to is a network's, and the cmap has the node's own.)
 */
export function configured(running: Map<string, CmapValue>, file?: Map<string, string>): Map<string, string> {
  const keys = [...running].filter(([key]) => fromFile.test(key) && ((key.endsWith('.mcastport') && file?.has(key)) || !added.test(key)))
  return new Map(keys.map(([key, { value }]) => [key, value]))
}

const fromFile = /^(totem|nodelist|quorum|logging|system)\./
const added =
  /^(nodelist\.local_node_pos|totem\.interface\.\d+\.(bindnetaddr|mcastport)|quorum\.cancel_wait_for_all)$/

export function byNodeId(keys: Map<string, string>): Map<string, string> {
  return new Map([...keys].map(([key, value]) => {
    const [, place, name] = /^nodelist\.node\.(\d+)\.(.+)$/.exec(key) ?? []
    const id = keys.get(`nodelist.node.${place}.nodeid`)
    return [id === undefined ? key : `nodelist.nodeid.${id}.${name}`, value]
  }))
}

export function sameValue(one: string | undefined, other: string | undefined): boolean {
  return one === other || (isNumber(one) && isNumber(other) && BigInt(one) === BigInt(other))
}

function isNumber(value: string | undefined): value is string {
  return value !== undefined && /^\d+$/.test(value)
}

/**
 * The timers that the file states and Corosync does not run with, by its own `runtime.config.totem.*`: what must be
 * empty after a reload.
 */
export function timersNotInForce(file: Map<string, string>, running: Map<string, CmapValue>): Difference[] {
  return [...timers].flatMap(timer => {
    const stated = file.get(`totem.${timer}`)
    const subject = `runtime.config.totem.${timer}`
    // The coefficient has no run-time key of its own: it is part of the token's.
    if (stated === undefined || timer === 'token_coefficient') return []
    const to = timer === 'token' ? String(tokenOf(stated, file)) : stated
    const from = running.get(subject)?.value
    return sameValue(from, to) ? [] : [{ subject, from, to }]
  })
}

/** Corosync lengthens the token by `token_coefficient` for each node beyond two (corosync.conf(5)). */
function tokenOf(stated: string, file: Map<string, string>): number {
  const places = placesIn(file)
  // Measured on 3.1.7: a node without an id, as udpu allows it, is counted a second time.
  const nodes = places.reduce((sum, place) => sum + (file.has(`${place}.nodeid`) ? 1 : 2), 0)
  return Number(stated) + Math.max(0, nodes - 2) * Number(file.get('totem.token_coefficient') ?? 650)
}
