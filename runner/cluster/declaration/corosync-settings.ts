import * as z from 'zod/mini'
import { count, expected, mapping, oneOf, scalar } from '../../inventory/check.js'
import { omitUndefined } from './omit-undefined.js'

/** The settings in corosync.conf(5) and votequorum(5) of Corosync 3.1, with the values they accept. */

const yesNo = oneOf(['yes', 'no'])
const onOff = oneOf(['on', 'off'])
const zeroOne = scalar('0 or 1', value => value === '0' || value === '1')
const milliseconds = count('a whole number of milliseconds', 0)
const number = count('a whole number', 0)
const positive = count('a whole number from 1 up', 1)
const priority = oneOf(['alert', 'crit', 'debug', 'emerg', 'err', 'info', 'notice', 'warning'])

/** Corosync trims values, treats a brace as part of a section, and has no quoting. */
const text = scalar(
  'text on one line, without braces',
  value => /^[^\p{Cc}{}]+$/u.test(value) && value.trim() === value,
)

/**
 * The numbers of the totem section that Corosync 3 applies at a reload (totem_volatile_config_read in
 * exec/totemconfig.c).
 */
const totemTimerSettings = {
  consensus: milliseconds,
  downcheck: milliseconds,
  fail_recv_const: number,
  heartbeat_failures_allowed: number,
  hold: milliseconds,
  join: milliseconds,
  knet_pmtud_interval: number,
  max_messages: number,
  max_network_delay: milliseconds,
  merge: milliseconds,
  miss_count_const: number,
  send_join: milliseconds,
  seqno_unchanged_const: number,
  token: count('a whole number of milliseconds from 1 up', 1),
  token_coefficient: milliseconds,
  token_retransmit: milliseconds,
  token_retransmits_before_loss_const: positive,
  token_warning: number,
  window_size: number,
}

export const totemTimers = Object.keys(totemTimerSettings)

const totemSettings = {
  ...totemTimerSettings,
  block_unlisted_ips: yesNo,
  cancel_token_hold_on_retransmit: yesNo,
  clear_node_high_bit: yesNo,
  config_version: number,
  crypto_cipher: oneOf(['none', 'aes256', 'aes192', 'aes128']),
  crypto_hash: oneOf(['none', 'md5', 'sha1', 'sha256', 'sha384', 'sha512']),
  crypto_model: text,
  ip_version: oneOf(['ipv4', 'ipv6', 'ipv4-6', 'ipv6-4']),
  knet_compression_level: number,
  knet_compression_model: text,
  knet_compression_threshold: number,
  knet_mtu: number,
  link_mode: oneOf(['passive', 'active', 'rr']),
  netmtu: number,
}

/** The settings of an `interface` subsection: those of knet links, and the port, which udp and udpu have as well. */
const interfaceSettings = {
  linknumber: scalar('the number of a link, from 0 to 7', value => /^[0-7]$/.test(value)),
  mcastport: scalar('a UDP port', value => /^[1-9]\d{0,4}$/.test(value) && Number(value) < 65_536),
  knet_link_priority: scalar('a number from 0 to 255', value => /^\d{1,3}$/.test(value) && Number(value) < 256),
  knet_ping_interval: milliseconds,
  knet_ping_timeout: milliseconds,
  knet_ping_precision: number,
  knet_pong_count: positive,
  knet_transport: oneOf(['udp', 'sctp']),
}

const quorumSettings = {
  allow_downscale: zeroOne,
  auto_tie_breaker: zeroOne,
  auto_tie_breaker_node: text,
  expected_votes: positive,
  expected_votes_tracking: zeroOne,
  last_man_standing: zeroOne,
  last_man_standing_window: milliseconds,
  provider: oneOf(['corosync_votequorum']),
  two_node: zeroOne,
  wait_for_all: zeroOne,
}

const loggingSettings = {
  blackbox: onOff,
  debug: oneOf(['on', 'off', 'trace']),
  fileline: onOff,
  function_name: onOff,
  logfile: text,
  logfile_priority: priority,
  syslog_facility: oneOf(['daemon', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7']),
  syslog_priority: priority,
  timestamp: oneOf(['on', 'off', 'hires']),
  to_logfile: yesNo,
  to_stderr: yesNo,
  to_syslog: yesNo,
}

/** Settings of the totem section that are declared elsewhere, with where. */
const declaredElsewhere = {
  version: 'ha-run writes it: version 2 is the only one.',
  cluster_name: 'Declare it as "name" of the cluster.',
  transport: 'Declare it as "transport" directly under "corosync".',
  key: 'The authkey role generates the key and keeps it in /etc/corosync/authkey.',
  keyfile: 'The authkey role generates the key and keeps it in /etc/corosync/authkey.',
  secauth: 'Declare crypto_cipher and crypto_hash instead.',
  rrp_mode: 'It belongs to Corosync 2: use link_mode with Corosync 3.',
  interface: 'Declare it directly under "corosync", as a list.',
  bindnetaddr: 'It belongs to udp: knet uses the addresses of the nodes.',
}

function section(name: string, settings: Record<string, z.ZodMiniType<string>>, elsewhere?: Record<string, string>) {
  const schema = mapping(`a mapping of settings of corosync.conf's section ${name}`, allOptional(settings), elsewhere)
  return z.optional(z.pipe(schema, z.transform(omitUndefined)))
}

function allOptional(settings: Record<string, z.ZodMiniType<string>>) {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, z.optional(value)]))
}

/** An entry of `corosync.interface`: the interface section of one link. */
const interfaceSchema = z.pipe(
  mapping('a mapping of settings of an interface section', allOptional(interfaceSettings)),
  z.transform(omitUndefined),
)

/** `cluster.corosync`: the most common settings of the totem section, and all others by section. */
export const corosyncSchema = mapping('a mapping of settings of Corosync', {
  token: z.optional(totemSettings.token),
  token_retransmits_before_loss_const: z.optional(totemSettings.token_retransmits_before_loss_const),
  crypto_cipher: z.optional(totemSettings.crypto_cipher),
  crypto_hash: z.optional(totemSettings.crypto_hash),
  transport: z.optional(oneOf(['knet', 'udpu', 'udp'])),
  totem: section('totem', totemSettings, declaredElsewhere),
  quorum: section('quorum', quorumSettings, { device: 'Declare it as "quorum_device" of the cluster.' }),
  logging: section('logging', loggingSettings, { logger_subsys: 'Subsections are not managed yet.' }),
  interface: z.optional(
    z.array(interfaceSchema, {
      error: ({ input }) => expected('a list of interface sections, such as [{linknumber: 0, mcastport: 5405}]', input),
    }),
  ),
  // Link 1 and up; `links.ts` checks their nodes and addresses.
  links: z.optional(
    z.array(z.unknown(), {
      error: ({ input }) => expected('a list of links, each a mapping of nodes to addresses', input),
    }),
  ),
})

/**
 * Whether an inventory can declare a setting, given by its name in corosync.conf: `totem.token`,
 * `nodelist.nodeid.1.ring1_addr`.
 */
export function isDeclarable(setting: string): boolean {
  const [, inInterface] = /^totem\.interface\.\d+\.(.+)$/.exec(setting) ?? []
  if (inInterface !== undefined) return Object.hasOwn(interfaceSettings, inInterface)
  const [, section = '', name = ''] = /^(totem|quorum|logging)\.([^.]+)$/.exec(setting) ?? []
  const sections: Record<string, object> = {
    totem: { ...totemSettings, transport: true, cluster_name: true },
    quorum: quorumSettings,
    logging: loggingSettings,
  }
  return Object.hasOwn(sections[section] ?? {}, name) || /^nodelist\..*\.ring\d+_addr$/.test(setting)
}

/** Whether ha-run writes this setting, so that it removes a value that the inventory does not declare. */
export function isWritten(setting: string): boolean {
  const [section = '', name = ''] = setting.split('.', 2)
  return isDeclarable(setting) || (section === 'totem' && Object.hasOwn(declaredElsewhere, name))
}

export type DeclaredCorosync = z.output<typeof corosyncSchema>
