import { isIP } from 'node:net'
import { canonicalAddress, isSameAddress } from '../../ip-address.js'
import type { Difference } from '../../tasks/difference.js'
import { Secret } from '../../secret.js'
import { totemTimers } from '../declaration/corosync-settings.js'
import type { Cmap } from './cmap.js'

/**
 * How the settings of a corosync.conf (`flatten`) differ from those of another file, and from what Corosync runs with
 * (`parseCmap`).
 */

/**
 * The settings that differ between a file and the running Corosync, `from` the running value `to` that of the file.
 * Nodes are identified by their ids, not by their position in the file (`nodelist.nodeid.2.ring0_addr`).
 *
 * Equal values do not prove that a value is in force: after a reload that changed `wait_for_all`, for instance, the
 * cmap has the new value and the quorum uses the old one. Pass a cmap that `in-force.ts` has corrected.
 */
export function settingDifferences(file: Map<string, string>, running: Cmap): Difference[] {
  const comparable = new Map(
    [...file].filter(([setting]) => isOfFile.test(setting) && !setting.endsWith('.bindnetaddr')),
  )
  return fileDifferences(
    configured(running, comparable),
    new Map([...comparable, ...idsGivenByCorosync(comparable, running)]),
  ).filter(change => !isSameHost(change, running))
}

/** Whether the running node list has a host name that resolves to the address in the file. */
function isSameHost({ subject, from, to }: Difference, running: Cmap): boolean {
  const [, id, link] = /^nodelist\.nodeid\.(\d+)\.ring(\d+)_addr$/.exec(subject) ?? []
  return (
    id !== undefined &&
    from !== undefined &&
    isIP(from) === 0 &&
    to !== undefined &&
    (running.get(`runtime.members.${id}.ip`)?.value ?? '').includes(`r(${link}) ip(${canonicalAddress(to)})`)
  )
}

/** With udp and udpu, a node in the file may lack an id: Corosync then derives one from the node's address. */
function idsGivenByCorosync(file: Map<string, string>, running: Cmap): [string, string][] {
  const ids = new Map(
    [...running].flatMap(([entry, { value }]) => {
      const [, position] = /^nodelist\.node\.(\d+)\.ring0_addr$/.exec(entry) ?? []
      const id = running.get(`nodelist.node.${position}.nodeid`)?.value
      return position === undefined || id === undefined ? [] : [[canonicalAddress(value), id] as const]
    }),
  )
  return nodePathsIn(file)
    .filter(path => !file.has(`${path}.nodeid`))
    .flatMap(path => {
      const id = ids.get(canonicalAddress(file.get(`${path}.ring0_addr`)!))
      return id === undefined ? [] : [[`${path}.nodeid`, id]]
    })
}

/** The nodes of a file as paths: `nodelist.node.0` and up. */
function nodePathsIn(file: Map<string, string>): string[] {
  return [...file.keys()].flatMap(setting => /^(nodelist\.node\.\d+)\.ring0_addr$/.exec(setting)?.[1] ?? [])
}

/** The settings that differ between two files. */
export function fileDifferences(oldFile: Map<string, string>, newFile: Map<string, string>): Difference[] {
  const [before, after] = [byNodeId(oldFile), byNodeId(newFile)]
  const subjects = [...new Set([...before.keys(), ...after.keys()])].sort()
  return subjects.flatMap(subject => {
    const from = before.get(subject) ?? defaults.get(subject)
    const to = after.get(subject) ?? defaults.get(subject)
    return sameValue(from, to) ? [] : [{ subject, from: redact(subject, from), to: redact(subject, to) }]
  })
}

/** The value in force of a setting: from the file, else as Corosync calculated it, else Corosync's default. */
export function inForceValue(setting: string, running: Cmap): string | undefined {
  const isCrypto = /^totem\.(crypto_cipher|crypto_hash)$/.test(setting)
  // The cmap has the port of every link, whether or not the file sets one.
  const ownValue = /^totem\.interface\.\d+\.mcastport$/.test(setting)
    ? running.get(setting)?.value
    : configured(running).get(setting)
  return (
    ownValue ??
    running.get(`runtime.config.${setting}`)?.value ??
    defaults.get(setting) ??
    (isCrypto ? 'none' : undefined)
  )
}

/** The running value of a setting, given by its name in a difference. */
export function runningValue(subject: string, running: Cmap): string | undefined {
  return redact(subject, byNodeId(configured(running)).get(subject) ?? defaults.get(subject))
}

/** Hides the authkey, which the file itself can contain (`totem.key`). */
function redact(subject: string, value: string | undefined): string | undefined {
  return subject === 'totem.key' && value !== undefined ? new Secret(Buffer.from(value)).toString() : value
}

/** Corosync 3's defaults (corosync.conf(5), votequorum(5)) of the settings that need a restart. */
const defaults = new Map([
  ['totem.transport', 'knet'],
  ['totem.link_mode', 'passive'],
  ['totem.interface.0.mcastport', '5405'],
  ['quorum.allow_downscale', '0'],
  ['quorum.auto_tie_breaker', '0'],
  ['quorum.expected_votes_tracking', '0'],
  ['quorum.last_man_standing', '0'],
  ['quorum.last_man_standing_window', '10000'],
])

/**
 * The running settings that come from the file, without those that Corosync itself adds to its sections.
 *
 * @param file - the settings of the file. A port that the file sets is not one that Corosync added. (`bindnetaddr` is
 *   never comparable: the file has the address of a network, and the cmap that of the node.)
 */
export function configured(running: Cmap, file?: Map<string, string>): Map<string, string> {
  const settings = [...running].filter(
    ([key]) => isOfFile.test(key) && ((key.endsWith('.mcastport') && file?.has(key)) || !isAddedByCorosync.test(key)),
  )
  return new Map(settings.map(([key, { value }]) => [key, value]))
}

const isOfFile = /^(totem|nodelist|quorum|logging|system)\./
const isAddedByCorosync =
  /^(nodelist\.local_node_pos|totem\.interface\.\d+\.(bindnetaddr|mcastport)|quorum\.cancel_wait_for_all)$/

/** Names the settings of nodes by node id, `nodelist.nodeid.2.…`, instead of by position. */
export function byNodeId(settings: Map<string, string>): Map<string, string> {
  return new Map(
    [...settings].map(([key, value]) => {
      const [, place, name] = /^nodelist\.node\.(\d+)\.(.+)$/.exec(key) ?? []
      const id = settings.get(`nodelist.node.${place}.nodeid`)
      return [id === undefined ? key : `nodelist.nodeid.${id}.${name}`, value]
    }),
  )
}

/** Numbers may have leading zeros, and an IPv6 address has many spellings. */
export function sameValue(one: string | undefined, other: string | undefined): boolean {
  return (
    one === other || (isNumber(one) && isNumber(other) && BigInt(one) === BigInt(other)) || isSameAddress(one, other)
  )
}

function isNumber(value: string | undefined): value is string {
  return value !== undefined && /^\d+$/.test(value)
}

/**
 * The timers of the file that Corosync does not run with, by its `runtime.config.totem.*`. Must be empty after a
 * reload.
 */
export function timersNotInForce(file: Map<string, string>, running: Cmap): Difference[] {
  return totemTimers.flatMap(timer => {
    const declared = file.get(`totem.${timer}`)
    const subject = `runtime.config.totem.${timer}`
    // The coefficient has no run-time entry of its own: it is part of the token's.
    if (declared === undefined || timer === 'token_coefficient') return []
    const to = timer === 'token' ? String(effectiveToken(declared, file)) : declared
    const from = running.get(subject)?.value
    return sameValue(from, to) ? [] : [{ subject, from, to }]
  })
}

/** Corosync lengthens the token by `token_coefficient` for each node beyond two (corosync.conf(5)). */
function effectiveToken(declared: string, file: Map<string, string>): number {
  // Measured on 3.1.7: a node without an id, which udpu allows, is counted twice.
  const nodes = nodePathsIn(file).reduce((sum, path) => sum + (file.has(`${path}.nodeid`) ? 1 : 2), 0)
  return Number(declared) + Math.max(0, nodes - 2) * Number(file.get('totem.token_coefficient') ?? 650)
}
