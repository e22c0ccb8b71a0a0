import { parseCorosyncConf } from '../corosync/conf.js'
import type { Quorum } from '../corosync/quorumtool.js'
import { flatten } from '../corosync/settings.js'

/** What a reload of a corosync.conf does to the quorum of a running partition. */
export interface QuorumEffect {
  /** `quorum will need 2 of 3 votes instead of 1 of 2 (two_node): …` */
  sentence: string
  /** Whether the partition would lose its quorum at the reload, before a new quorum device votes. */
  isLost: boolean
}

/** The quorum by a corosync.conf: one more than half of the expected votes, or 1 with two_node. */
export function quorumOf(conf: string): number {
  const settings = flatten(parseCorosyncConf(conf))
  return settings.get('quorum.two_node') === '1' ? 1 : Math.floor(Number(settings.get('quorum.expected_votes')) / 2) + 1
}

/** Undefined without votequorum, which alone counts votes. */
export function quorumEffect(
  conf: string,
  { votes, members, device, flags, quorate }: Quorum,
): QuorumEffect | undefined {
  if (!votes) return undefined
  const settings = flatten(parseCorosyncConf(conf))
  const deviceVotes = settings.has('quorum.device.model') ? Number(settings.get('quorum.device.votes') ?? 0) : 0
  const needed = quorumOf(conf)
  const ofNodes = members.reduce((sum, member) => sum + member.votes, 0)
  const present = ofNodes + (deviceVotes > 0 ? (device?.votes ?? 0) : 0)
  const after = share(needed, Number(settings.get('quorum.expected_votes')), settings.get('quorum.two_node') === '1')
  const before = share(votes.quorum, votes.expected, flags.includes('2Node'))
  const arbiter = deviceVotes > 0 ? `, and the arbiter ${device?.votes ? 'has' : 'will add'} ${deviceVotes}` : ''
  return {
    sentence: `quorum will need ${after} instead of ${before}: the running nodes have ${ofNodes}${arbiter}`,
    isLost: quorate && present < needed,
  }
}

function share(needed: number, expected: number, isTwoNode: boolean): string {
  return `${needed} of ${expected} votes${isTwoNode ? ' (two_node)' : ''}`
}
