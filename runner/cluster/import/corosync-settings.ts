import * as z from 'zod/mini'
import type { Cmap } from '../corosync/cmap.js'
import { ownSettings, parseCorosyncConf, sectionsNamed, type Section } from '../corosync/conf.js'
import { flatten } from '../corosync/settings.js'
import { corosyncSchema } from '../declaration/corosync-settings.js'
import { defaultLogging, defaultTotem } from '../declaration/defaults.js'
import { configured, sameValue } from '../corosync/setting-differences.js'

/** Corosync's settings as they run, sorted into what an inventory can declare and what it cannot. */

export interface Setting {
  section: 'totem' | 'quorum' | 'logging'
  name: string
  value: string
}

export interface CorosyncSettings {
  transport: string
  settings: Setting[]
  /** Settings of the interface sections, by the link's number. */
  interfaces: Map<string, Record<string, string>>
  /** What an inventory cannot declare, as `name = value`. */
  kept: string[]
  /** Settings in corosync.conf that are not in force, as sentences. */
  pending: string[]
}

/**
 * @param cmap - as they are in force.
 * @param conf - corosync.conf: the order of the settings, and the sections that do not show in the cmap.
 * @param nodes - how many there are.
 * @param implied - settings that follow from other parts of the inventory: left out.
 */
export function corosyncSettings(
  cmap: Cmap,
  conf: string | undefined,
  nodes: number,
  implied: ReadonlyMap<string, string> = new Map(),
): CorosyncSettings {
  const file = readConf(conf)
  const flat = file ? flatten(file) : new Map<string, string>()
  const running = new Map(
    [...flat].flatMap(([name]) => (cmap.has(name) ? [[name, cmap.get(name)!.value] as const] : [])),
  )
  for (const [name, value] of configured(cmap)) if (!running.has(name)) running.set(name, value)

  const settings: Setting[] = []
  const interfaces = new Map<string, Record<string, string>>()
  const kept: string[] = []
  for (const [name, value] of running) {
    if (elsewhere.test(name) || sameValue(value, implied.get(name))) continue
    const setting = settingOf(name, value)
    const [, link, key] = /^totem\.interface\.(\d+)\.(\w+)$/.exec(name) ?? []
    if (link !== undefined && key !== undefined && isAccepted({ interface: [{ linknumber: link, [key]: value }] }))
      interfaces.set(link, { ...interfaces.get(link), [key]: value })
    else if (setting && isDeclarable(setting) && !isRefused(setting, running, nodes)) settings.push(setting)
    else kept.push(`${name} = ${shown(name, name.endsWith('.bindnetaddr') ? (flat.get(name) ?? value) : value)}`)
  }
  for (const setting of unsetSettings(cmap, running, nodes)) {
    if (sameValue(setting.value, implied.get(`${setting.section}.${setting.name}`))) continue
    if (!settings.some(each => each.section === setting.section && each.name === setting.name)) settings.push(setting)
  }
  return {
    transport: transportOf(cmap),
    settings,
    interfaces,
    kept: [...kept, ...unseen(file, flat, running)],
    pending: pendingIn(flat, running),
  }
}

/** Settings that an inventory has in another place: name, transport, nodes. */
const elsewhere = /^(totem\.(version|cluster_name|transport)|nodelist\..*)$/

function settingOf(name: string, value: string): Setting | undefined {
  const [section, key, ...deeper] = name.split('.')
  if (key === undefined || deeper.length > 0) return undefined
  return section === 'totem' || section === 'quorum' || section === 'logging'
    ? { section, name: key, value }
    : undefined
}

function isDeclarable({ section, name, value }: Setting): boolean {
  return isAccepted({ [section]: { [name]: value } })
}

const isAccepted = (corosync: object) => z.safeParse(corosyncSchema, corosync).success

/** Combinations that an inventory refuses, but Corosync accepts. */
function isRefused({ section, name }: Setting, running: Map<string, string>, nodes: number): boolean {
  const isSet = (setting: string) => running.get(`quorum.${setting}`) === '1'
  if (section === 'quorum' && name === 'two_node') return isSet('two_node') && nodes !== 2
  if (section === 'quorum' && name === 'auto_tie_breaker')
    return isSet('auto_tie_breaker') && isSet('two_node') && nodes === 2
  return section === 'logging' && name === 'logfile' && running.get('logging.to_logfile') !== 'yes'
}

/** Corosync's own defaults for unset settings (corosync.conf(5) of 3.1), if the inventory's default differs. */
function unsetSettings(cmap: Cmap, running: Map<string, string>, nodes: number): Setting[] {
  const secure = running.get('totem.secauth') === 'on'
  const inForce = (name: string) => cmap.get(`runtime.config.totem.${name}`)?.value
  const totem = {
    token: tokenOf(inForce('token'), running, nodes),
    token_retransmits_before_loss_const: inForce('token_retransmits_before_loss_const'),
    crypto_cipher: secure ? 'aes256' : 'none',
    crypto_hash: secure ? 'sha256' : 'none',
  }
  const logging = {
    to_stderr: 'yes',
    to_logfile: 'no',
    to_syslog: 'yes',
    debug: 'off',
    fileline: 'off',
    timestamp: 'hires',
  }
  return [
    ...unset('totem', totem, defaultTotem, running),
    ...(nodes === 2 ? unset('quorum', { two_node: '0' }, { two_node: '1' }, running) : []),
    ...unset('logging', logging, defaultLogging, running),
  ]
}

function unset(
  section: Setting['section'],
  values: Record<string, string | undefined>,
  defaults: Record<string, string>,
  running: Map<string, string>,
): Setting[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined || running.has(`${section}.${name}`) || sameValue(value, defaults[name])
      ? []
      : [{ section, name, value }],
  )
}

/** Corosync's own default tokens: of 3.1, and of earlier versions. */
const ownTokens = [3000, 1000]

/**
 * Corosync's default token if none is set. The running token is longer by `token_coefficient` for each node beyond two; with a
 * node list and an interface section, udpu counts the nodes twice.
 */
function tokenOf(inForce: string | undefined, running: Map<string, string>, nodes: number): string | undefined {
  if (inForce === undefined) return undefined
  const coefficient = Number(running.get('totem.token_coefficient') ?? 650)
  const counts = [nodes, 2 * nodes].map(count => Math.max(0, count - 2) * coefficient)
  const own = counts.flatMap(extra => ownTokens.filter(token => token + extra === Number(inForce)))
  return String(own[0] ?? inForce)
}

/** The default is knet, or udp with Corosync 2, which has other names for its members. */
function transportOf(cmap: Cmap): string {
  const isOld = [...cmap.keys()].some(key => key.startsWith('runtime.totem.pg.mrp.srp.members.'))
  return cmap.get('totem.transport')?.value ?? (isOld ? 'udp' : 'knet')
}

function readConf(conf: string | undefined): Section | undefined {
  if (conf === undefined) return undefined
  try {
    return parseCorosyncConf(conf)
  } catch {
    // What runs is known without it.
    return undefined
  }
}

const comparable = /^(totem|quorum|logging|system)\./

/** Sections of the file that the cmap does not show under their names: uidgid, resources. */
function unseen(file: Section | undefined, flat: Map<string, string>, running: Map<string, string>): string[] {
  const others = [...flat].filter(
    ([name]) => !comparable.test(name) && !name.startsWith('nodelist.') && !running.has(name),
  )
  const uidgid = file ? sectionsNamed(file, 'uidgid').flatMap(section => [...ownSettings(section)]) : []
  return [
    ...others.map(([name, value]) => `${name} = ${shown(name, value)}`),
    ...uidgid.map(([name, value]) => `uidgid.${name} = ${value}`),
  ]
}

function pendingIn(flat: Map<string, string>, running: Map<string, string>): string[] {
  // Corosync puts its own address in the place of the network.
  const isPending = (name: string, value: string) =>
    comparable.test(name) && !name.endsWith('.bindnetaddr') && !sameValue(value, running.get(name))
  return [...flat]
    .filter(([name, value]) => isPending(name, value))
    .map(
      ([name, value]) =>
        `corosync.conf sets ${name} to ${shown(name, value)}, and Corosync runs ${running.has(name) ? `with ${shown(name, running.get(name)!)}` : 'without it'}`,
    )
}

/** The key can stand in the file itself; keyfile is its path. */
function shown(name: string, value: string): string {
  return /(^|\.)key$|passw|secret/i.test(name) ? '(not shown)' : value
}
