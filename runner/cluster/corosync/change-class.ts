import type { Difference } from '../../tasks/difference.js'

/**
 * How a change of corosync.conf takes effect, key by key. Read in the source of Corosync 3.1 (totem_volatile_config_read
 * and check_things_have_not_changed in exec/totemconfig.c, remove_ro_entries in exec/cfg.c, votequorum_readconfig in
 * exec/votequorum.c) and tried on the lab.
 */

/** From the mildest to the hardest. */
export const changeClasses = ['live reload', 'two-step reload', 'rolling restart', 'full stop'] as const
export type ChangeClass = (typeof changeClasses)[number]

/** What else decides. */
export interface Circumstances {
  /** The oldest corosync package on the nodes, as Debian writes it: `3.1.7-1+deb12u2`; undefined where it is not known. */
  version: string | undefined
  /** Whether a link stays as it is on all nodes: without one, no other can be taken away. */
  steadyLink: boolean
}

export interface Judgement {
  class: ChangeClass
  /** As a part of a sentence. */
  why: string
}

interface Rule extends Judgement {
  keys: RegExp
  /** The first upstream version that behaves so; before that, `before` holds. */
  since?: string
  before?: Judgement
}

const live: Judgement = { class: 'live reload', why: 'a reload applies it' }
const unread: Judgement = { class: 'live reload', why: 'Corosync 3 does not read it' }
const own: Judgement = { class: 'rolling restart', why: 'a node\'s own, and read at its start only' }
const quorumRule: Judgement = { class: 'rolling restart', why: 'read at the start only: a reload looks as if it had applied it' }
const common: Judgement = { class: 'full stop', why: 'all nodes must agree on it, and a reload does not change it' }
const unknown: Judgement = { class: 'full stop', why: 'nothing is known of it' }
const identity: Judgement = { class: 'full stop', why: 'it is what the node is known by' }
const recreated: Judgement = { class: 'two-step reload', why: 'the link is taken away and put back, while another one carries the ring' }
const lastLink: Judgement = { class: 'full stop', why: 'no other link stays as it is and could carry the ring meanwhile' }

/** The first that matches counts. */
const rules: Rule[] = [
  { keys: /^logging\./, ...live },
  {
    keys: new RegExp(`^(runtime\\.config\\.)?totem\\.(${[
      'token', 'token_coefficient', 'token_retransmits_before_loss_const', 'token_retransmit', 'token_warning', 'hold',
      'join', 'send_join', 'consensus', 'merge', 'downcheck', 'fail_recv_const', 'seqno_unchanged_const',
      'heartbeat_failures_allowed', 'max_network_delay', 'window_size', 'max_messages', 'miss_count_const',
      'knet_pmtud_interval', 'knet_compression_(threshold|level|model)', 'config_version',
    ].join('|')})$`),
    ...live,
  },
  { keys: /^totem\.block_unlisted_ips$/, ...live, since: '3.1.0', before: own },
  { keys: /^totem\.cancel_token_hold_on_retransmit$/, ...live, since: '3.1.6', before: own },
  { keys: /^totem\.knet_mtu$/, ...live, since: '3.1.7', before: own },
  // HAVE_KNET_CRYPTO_RECONF: all nodes load the new keys first and change over together.
  { keys: /^totem\.(crypto_(cipher|hash|model)|secauth|key|keyfile)$/, ...live, since: '3.1.0', before: common },
  { keys: /^totem\.(clear_node_high_bit|rrp_mode|vsftype)$|^totem\.interface\.(\d+\.)?ringnumber$/, ...unread },
  { keys: /^totem\.interface\.\d+\.knet_(link_priority|ping_interval|ping_timeout|ping_precision|pong_count)$/, ...live },
  { keys: /^totem\.(threads|netmtu|ip_dscp|link_mode)$|^system\./, ...own },
  { keys: /^quorum\.(expected_votes|two_node)$|^nodelist\.nodeid\.\d+\.quorum_votes$/, ...live },
  // Nodes with the old and the new value side by side stay one quorate ring: tried on two nodes and on three.
  { keys: /^quorum\.(wait_for_all|last_man_standing|last_man_standing_window|auto_tie_breaker|allow_downscale|expected_votes_tracking)$/, ...quorumRule },
  { keys: /^totem\.(transport|cluster_name|ip_version|version|nodeid)$|^totem\.interface\.|^quorum\.(provider|auto_tie_breaker_node|device\.)/, ...common },
  { keys: /^nodelist\.nodeid\.\d+\.(name|nodeid)$/, ...identity },
]

const address = /^nodelist\.nodeid\.\d+\.ring(\d+)_addr$/
const transportOfLink = /^totem\.interface\.(\d+)\.knet_transport$/

/** @param change - its subject a key as `differingKeys` writes it. What no rule knows gets the careful class. */
export function classify({ subject, from, to }: Difference, { version, steadyLink }: Circumstances): Judgement {
  if (recreatedLink({ subject, from, to }) !== undefined) return steadyLink ? recreated : lastLink
  if (address.test(subject)) return steadyLink ? { class: 'live reload', why: `a reload ${from === undefined ? 'adds' : 'removes'} the link` } : lastLink
  const rule = rules.find(({ keys }) => keys.test(subject))
  if (!rule) return unknown
  return rule.before && isOlder(version, rule.since!) ? { class: rule.before.class, why: `${rule.before.why} before Corosync ${rule.since}` } : { class: rule.class, why: rule.why }
}

/**
 * The link that a change takes away and puts back: Corosync refuses another address, or another protocol, for a link
 * that stays (exit code 7, "must be deleted and recreated"). Undefined for all other changes.
 */
export function recreatedLink({ subject, from, to }: Difference): number | undefined {
  if (transportOfLink.test(subject)) return Number(transportOfLink.exec(subject)![1])
  const [, link] = address.exec(subject) ?? []
  return link === undefined || from === undefined || to === undefined ? undefined : Number(link)
}

/** The hardest of them; undefined of none. */
export function hardest(classes: ChangeClass[]): ChangeClass | undefined {
  return changeClasses.findLast(one => classes.includes(one))
}

/** Compares the upstream part of a Debian version, number by number. One that is not known counts as old. */
function isOlder(version: string | undefined, than: string): boolean {
  const numbers = (text: string) => (/\d+(\.\d+)+/.exec(text)?.[0] ?? '0').split('.').map(Number)
  const [have, want] = [numbers(version ?? ''), numbers(than)]
  const at = want.findIndex((number, place) => number !== (have[place] ?? 0))
  return at !== -1 && (have[at] ?? 0) < want[at]!
}
