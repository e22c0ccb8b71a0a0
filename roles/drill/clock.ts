import type { ClusterMember } from '../../runner/cluster/members.js'
import { now } from '../../runner/ssh/http-probe.js'

/** Of so many readings the one that came back quickest counts. */
const readings = 4

/** Prints the node's clock in milliseconds. */
export const clockScript = 'date +%s%N'

/** What `clockScript` printed, in milliseconds since 1970. */
export function clockOf(nanoseconds: string): number {
  return Number(BigInt(nanoseconds.trim())) / 1e6
}

/** By how many milliseconds a node's clock is ahead of this machine's: half a round trip is the most that it can be wrong. */
export async function clockOffset({ $ }: ClusterMember): Promise<number> {
  let best = { trip: Infinity, offset: 0 }
  for (let reading = 0; reading < readings; reading += 1) {
    const asked = now()
    const clock = clockOf((await $.script(clockScript)).stdout)
    const trip = now() - asked
    if (trip < best.trip) best = { trip, offset: clock - asked - trip / 2 }
  }
  return best.offset
}
