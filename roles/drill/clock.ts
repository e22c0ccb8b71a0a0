import type { ClusterMember } from '../../runner/cluster/members.js'
import { now } from '../../runner/ssh/probe-loop.js'

/** The reading with the shortest round trip counts. */
const readings = 4

/** Prints the node's clock in nanoseconds since 1970. */
export const clockScript = 'date +%s%N'

/** Converts the output of `clockScript` to milliseconds since 1970. */
export function parseClock(nanoseconds: string): number {
  return Number(BigInt(nanoseconds.trim())) / 1e6
}

/** The milliseconds that a node's clock is ahead of this machine's, to within half a round trip. */
export async function measureClockOffset({ $ }: ClusterMember): Promise<number> {
  let best = { roundTripMs: Infinity, offsetMs: 0 }
  for (let reading = 0; reading < readings; reading += 1) {
    const sentAt = now()
    const clock = parseClock((await $.script(clockScript)).stdout)
    const roundTripMs = now() - sentAt
    if (roundTripMs < best.roundTripMs) best = { roundTripMs, offsetMs: clock - sentAt - roundTripMs / 2 }
  }
  return best.offsetMs
}
