import * as z from 'zod/mini'
import { count, expected, mapping, oneOf, scalar } from '../../inventory/check.js'
import { omitUndefined } from './omit-undefined.js'

/** The keys that corosync.conf(5) and votequorum(5) of Corosync 3.1 know, with the values they take. */

const yesNo = oneOf(['yes', 'no'])
const onOff = oneOf(['on', 'off'])
const zeroOne = scalar('0 or 1', value => value === '0' || value === '1')
const milliseconds = count('a whole number of milliseconds', 0)
const number = count('a whole number', 0)
const positive = count('a whole number from 1 up', 1)
const priority = oneOf(['alert', 'crit', 'debug', 'emerg', 'err', 'info', 'notice', 'warning'])

/** Corosync trims values, takes a brace for a section's and has no way to quote. */
const text = scalar(
  'text on one line, without braces',
  value => /^[^\p{Cc}{}]+$/u.test(value) && value.trim() === value,
)

const totemKeys = {
  block_unlisted_ips: yesNo,
  cancel_token_hold_on_retransmit: yesNo,
  clear_node_high_bit: yesNo,
  config_version: number,
  consensus: milliseconds,
  crypto_cipher: oneOf(['none', 'aes256', 'aes192', 'aes128']),
  crypto_hash: oneOf(['none', 'md5', 'sha1', 'sha256', 'sha384', 'sha512']),
  crypto_model: text,
  downcheck: milliseconds,
  fail_recv_const: number,
  heartbeat_failures_allowed: number,
  hold: milliseconds,
  ip_version: oneOf(['ipv4', 'ipv6', 'ipv4-6', 'ipv6-4']),
  join: milliseconds,
  knet_compression_level: number,
  knet_compression_model: text,
  knet_compression_threshold: number,
  knet_mtu: number,
  knet_pmtud_interval: number,
  link_mode: oneOf(['passive', 'active', 'rr']),
  max_messages: number,
  max_network_delay: milliseconds,
  merge: milliseconds,
  miss_count_const: number,
  netmtu: number,
  send_join: milliseconds,
  seqno_unchanged_const: number,
  token: count('a whole number of milliseconds from 1 up', 1),
  token_coefficient: milliseconds,
  token_retransmit: milliseconds,
  token_retransmits_before_loss_const: positive,
  token_warning: number,
  window_size: number,
}

/** Of the subsections `interface`: what corosync.conf(5) has for knet's links, and the port that udp and udpu have too. */
const interfaceKeys = {
  linknumber: scalar('the number of a link, from 0 to 7', value => /^[0-7]$/.test(value)),
  mcastport: scalar('a UDP port', value => /^[1-9]\d{0,4}$/.test(value) && Number(value) < 65_536),
  knet_link_priority: scalar('a number from 0 to 255', value => /^\d{1,3}$/.test(value) && Number(value) < 256),
  knet_ping_interval: milliseconds,
  knet_ping_timeout: milliseconds,
  knet_ping_precision: number,
  knet_pong_count: positive,
  knet_transport: oneOf(['udp', 'sctp']),
}

const quorumKeys = {
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

const loggingKeys = {
  blackbox: onOff,
  debug: oneOf(['on', 'off', 'trace']),
  fileline: onOff,
  function_name: onOff,
  logfile: text,
  logfile_priority: priority,
  syslog_facility: oneOf([
    'daemon',
    'local0',
    'local1',
    'local2',
    'local3',
    'local4',
    'local5',
    'local6',
    'local7',
  ]),
  syslog_priority: priority,
  timestamp: oneOf(['on', 'off', 'hires']),
  to_logfile: yesNo,
  to_stderr: yesNo,
  to_syslog: yesNo,
}

/** Keys of the totem section that something else says. */
const saidElsewhere = {
  version: 'ha-run writes it: Corosync knows version 2 only.',
  cluster_name: 'Say it as "name" of the cluster.',
  transport: 'Say it as "transport" directly under "corosync".',
  key: 'The authkey role makes the key, and keeps it in /etc/corosync/authkey.',
  keyfile: 'The authkey role makes the key, and keeps it in /etc/corosync/authkey.',
  secauth: 'Say crypto_cipher and crypto_hash.',
  rrp_mode: 'It belongs to Corosync 2: Corosync 3 has link_mode.',
  interface: 'Declare it directly under "corosync", as a list.',
  bindnetaddr: 'It belongs to udp: knet takes the addresses of the nodes.',
}

function section(
  name: string,
  keys: Record<string, z.ZodMiniType<string>>,
  elsewhere?: Record<string, string>,
) {
  const schema = mapping(`a mapping of keys of corosync.conf's section ${name}`, optionally(keys), elsewhere)
  return z.optional(z.pipe(schema, z.transform(omitUndefined)))
}

function optionally(keys: Record<string, z.ZodMiniType<string>>) {
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, z.optional(value)]))
}

/** `corosync.interface`: a link each, as in corosync.conf. */
const interfaceSchema = z.pipe(
  mapping('a mapping of settings of an interface section', optionally(interfaceKeys)),
  z.transform(omitUndefined),
)

/** `cluster.corosync`: the keys of the totem section that people set most, and all others by section. */
export const corosyncSchema = mapping('a mapping of settings of Corosync', {
  token: z.optional(totemKeys.token),
  token_retransmits_before_loss_const: z.optional(totemKeys.token_retransmits_before_loss_const),
  crypto_cipher: z.optional(totemKeys.crypto_cipher),
  crypto_hash: z.optional(totemKeys.crypto_hash),
  transport: z.optional(oneOf(['knet', 'udpu', 'udp'])),
  totem: section('totem', totemKeys, saidElsewhere),
  quorum: section('quorum', quorumKeys, { device: 'Quorum devices are not managed yet.' }),
  logging: section('logging', loggingKeys, { logger_subsys: 'Subsections are not managed yet.' }),
  interface: z.optional(z.array(interfaceSchema, { error: ({ input }) => expected('a list of interface sections, such as [{linknumber: 0, mcastport: 5405}]', input) })),
  // Link 1 and on: who is on them and with which address is for declaration-links.ts to say.
  links: z.optional(z.array(z.unknown(), { error: ({ input }) => expected('a list of links, each a mapping of nodes to addresses', input) })),
})

/** Whether an inventory can declare a setting, by its name in corosync.conf: `totem.token`, `nodelist.nodeid.1.ring1_addr`. */
export function isDeclarable(setting: string): boolean {
  const [, inInterface] = /^totem\.interface\.\d+\.(.+)$/.exec(setting) ?? []
  if (inInterface !== undefined) return Object.hasOwn(interfaceKeys, inInterface)
  const [, section = '', key = ''] = /^(totem|quorum|logging)\.([^.]+)$/.exec(setting) ?? []
  const sections: Record<string, object> = { totem: { ...totemKeys, transport: true, cluster_name: true }, quorum: quorumKeys, logging: loggingKeys }
  return Object.hasOwn(sections[section] ?? {}, key) || /^nodelist\..*\.ring\d+_addr$/.test(setting)
}

/** Whether ha-run decides that setting of a section, so that it is gone where nobody declares it. */
export function isWritten(setting: string): boolean {
  const [section = '', key = ''] = setting.split('.', 2)
  return isDeclarable(setting) || (section === 'totem' && Object.hasOwn(saidElsewhere, key))
}

export type CorosyncSettings = z.output<typeof corosyncSchema>
