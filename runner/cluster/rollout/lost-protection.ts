import type { Difference } from '../../tasks/difference.js'

/** The protection that a changed setting removes from a cluster, as a clause; undefined if it removes none. */
export function lostProtection({ subject, from, to }: Difference): string | undefined {
  if (subject === 'totem.crypto_cipher' && to === 'none')
    return 'anyone on that network can read what the nodes send each other'
  if (subject === 'totem.crypto_hash' && to === 'none') return 'anyone on that network can impersonate a node'
  if (subject === 'quorum.two_node' && to === '1')
    return 'each of the two nodes keeps running alone when it does not see the other'
  if (subject === 'quorum.wait_for_all' && to === '0') return 'a node that starts alone does not wait for the others'
  if (subject === 'quorum.expected_votes' && Number(to) < Number(from)) return 'fewer votes are a majority'
  if (subject === 'quorum.device.model' && to === undefined) return 'the arbiter has no vote any more'
  if (/^quorum\.(last_man_standing|allow_downscale|auto_tie_breaker)$/.test(subject) && to === '1')
    return 'fewer nodes than a majority of all can keep running'
  return undefined
}
