import type { Difference } from '../../tasks/difference.js'
import { totemTimers } from '../declaration/corosync-settings.js'

/**
 * How a change of corosync.conf takes effect, setting by setting. From the source of Corosync 3.1
 * (totem_volatile_config_read and check_things_have_not_changed in exec/totemconfig.c, remove_ro_entries in exec/cfg.c,
 * votequorum_readconfig in exec/votequorum.c), and tested in the lab.
 */

/** From the least to the most disruptive. */
export const changeClasses = ['live reload', 'two-step reload', 'rolling restart', 'full stop'] as const
export type ChangeClass = (typeof changeClasses)[number]

/** What the class of a change depends on besides the setting. */
export interface Circumstances {
  /** The oldest corosync package on the nodes, as Debian writes it: `3.1.7-1+deb12u2`; undefined if unknown. */
  version: string | undefined
  /** Whether another link stays unchanged and up on all nodes: only then can a link be removed. */
  hasUnchangedLink: boolean
}

export interface ChangeEffect {
  class: ChangeClass
  /** The reason, as a clause. */
  why: string
}

interface Rule extends ChangeEffect {
  pattern: RegExp
  /** The first upstream version with this behaviour; older versions behave as in `before`. */
  since?: string
  before?: ChangeEffect
}

const live: ChangeEffect = { class: 'live reload', why: 'a reload applies it' }
const unread: ChangeEffect = { class: 'live reload', why: 'Corosync 3 does not read it' }
const ownSetting: ChangeEffect = {
  class: 'rolling restart',
  why: 'each node has its own, and reads it at its start only',
}
const quorumRule: ChangeEffect = {
  class: 'rolling restart',
  why: 'read at the start only, although a reload seems to apply it',
}
const common: ChangeEffect = { class: 'full stop', why: 'all nodes must agree on it, and a reload does not change it' }
const unknown: ChangeEffect = { class: 'full stop', why: 'its effect is not known' }
const identity: ChangeEffect = { class: 'full stop', why: 'it identifies the node' }
const recreated: ChangeEffect = {
  class: 'two-step reload',
  why: 'the link is removed and added again while another link carries the ring',
}
const lastLink: ChangeEffect = { class: 'full stop', why: 'no other link stays unchanged to carry the ring meanwhile' }

/** The first matching rule applies. */
const rules: Rule[] = [
  { pattern: /^logging\./, ...live },
  {
    pattern: new RegExp(
      `^(runtime\\.config\\.)?totem\\.(${[...totemTimers, 'knet_compression_(threshold|level|model)', 'config_version'].join('|')})$`,
    ),
    ...live,
  },
  { pattern: /^totem\.block_unlisted_ips$/, ...live, since: '3.1.0', before: ownSetting },
  { pattern: /^totem\.cancel_token_hold_on_retransmit$/, ...live, since: '3.1.6', before: ownSetting },
  { pattern: /^totem\.knet_mtu$/, ...live, since: '3.1.7', before: ownSetting },
  // HAVE_KNET_CRYPTO_RECONF: all nodes load the new authkey first and then switch together.
  { pattern: /^totem\.(crypto_(cipher|hash|model)|secauth|key|keyfile)$/, ...live, since: '3.1.0', before: common },
  { pattern: /^totem\.(clear_node_high_bit|rrp_mode|vsftype)$|^totem\.interface\.(\d+\.)?ringnumber$/, ...unread },
  {
    pattern: /^totem\.interface\.\d+\.knet_(link_priority|ping_interval|ping_timeout|ping_precision|pong_count)$/,
    ...live,
  },
  { pattern: /^totem\.(threads|netmtu|ip_dscp|link_mode)$|^system\./, ...ownSetting },
  { pattern: /^quorum\.(expected_votes|two_node)$|^nodelist\.nodeid\.\d+\.quorum_votes$/, ...live },
  // votequorum reads votes and timeouts at a reload; corosync-qdevice reads the rest when it starts.
  { pattern: /^quorum\.device\./, class: 'live reload', why: 'a reload applies it, and corosync-qdevice is restarted' },
  // Nodes with the old value and nodes with the new value stay one quorate ring: tested with two and three nodes.
  {
    pattern:
      /^quorum\.(wait_for_all|last_man_standing|last_man_standing_window|auto_tie_breaker|allow_downscale|expected_votes_tracking)$/,
    ...quorumRule,
  },
  {
    pattern:
      /^totem\.(transport|cluster_name|ip_version|version|nodeid)$|^totem\.interface\.|^quorum\.(provider|auto_tie_breaker_node)/,
    ...common,
  },
  { pattern: /^nodelist\.nodeid\.\d+\.(name|nodeid)$/, ...identity },
]

const address = /^nodelist\.nodeid\.\d+\.ring(\d+)_addr$/
const transportOfLink = /^totem\.interface\.(\d+)\.knet_transport$/

/** A change of an unknown setting gets the most careful class. @param change - as from `settingDifferences`. */
export function classify(
  { subject, from, to }: Difference,
  { version, hasUnchangedLink }: Circumstances,
): ChangeEffect {
  if (recreatedLink({ subject, from, to }) !== undefined) return hasUnchangedLink ? recreated : lastLink
  if (address.test(subject))
    return hasUnchangedLink
      ? { class: 'live reload', why: `a reload ${from === undefined ? 'adds' : 'removes'} the link` }
      : lastLink
  const rule = rules.find(({ pattern }) => pattern.test(subject))
  if (!rule) return unknown
  return rule.before && isOlder(version, rule.since!)
    ? { class: rule.before.class, why: `${rule.before.why} before Corosync ${rule.since}` }
    : { class: rule.class, why: rule.why }
}

/**
 * The link that a change removes and adds again, if any: Corosync refuses to change the address or protocol of a link
 * that stays (exit code 7, "must be deleted and recreated").
 */
export function recreatedLink({ subject, from, to }: Difference): number | undefined {
  if (transportOfLink.test(subject)) return Number(transportOfLink.exec(subject)![1])
  const [, link] = address.exec(subject) ?? []
  return link === undefined || from === undefined || to === undefined ? undefined : Number(link)
}

/** The most disruptive of these classes; undefined if there are none. */
export function mostDisruptive(classes: ChangeClass[]): ChangeClass | undefined {
  return changeClasses.findLast(candidate => classes.includes(candidate))
}

/** Compares the upstream part of a Debian version, number by number. An unknown version counts as older. */
function isOlder(version: string | undefined, reference: string): boolean {
  const numbers = (text: string) => (/\d+(\.\d+)+/.exec(text)?.[0] ?? '0').split('.').map(Number)
  const [have, want] = [numbers(version ?? ''), numbers(reference)]
  const index = want.findIndex((number, position) => number !== (have[position] ?? 0))
  return index !== -1 && (have[index] ?? 0) < want[index]!
}
