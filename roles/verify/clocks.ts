import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import {
  clockOffset,
  clockOffsetAgain,
  secondsAhead,
  secondsApartAtMost,
  type ClockOffset,
} from '../../runner/facts/clock.js'
import { advisory } from './verdict.js'

const toleranceSeconds = 1

/**
 * A warning, since Corosync does not depend on the clock. Each node's clock is compared with this machine's, and is known to within the
 * time that the node took to answer. A difference is reported if it is certain; if the answers took so long that it cannot be
 * ruled out, that is reported.
 */
export async function clocksAgree({ members }: Scope): Promise<Verdict> {
  const present = reachable(members)
  const first = await offsetsOf(present, clockOffset)
  const clocks = clockRemarks(first).some(({ certain }) => !certain)
    ? await offsetsOf(present, clockOffsetAgain)
    : first
  const silent = clocks.filter(({ offset }) => !offset).map(({ name }) => `the clock of ${name} cannot be read`)
  return advisory(
    [...silent, ...clockRemarks(clocks).map(({ text }) => text)],
    `within ${toleranceSeconds} s of each other`,
    'synchronize all nodes with the same time servers: `timedatectl` shows whether a node is synchronized; `apt-get install systemd-timesyncd` installs a client',
  )
}

interface NodeClock {
  name: string
  offset: ClockOffset | undefined
}

async function offsetsOf(members: ClusterMember[], fact: typeof clockOffset): Promise<NodeClock[]> {
  return Promise.all(members.map(async member => ({ name: member.name, offset: await member.read(fact) })))
}

interface ClockRemark {
  text: string
  certain: boolean
}

/** How the clocks differ from that of the first node, and where that is not known. */
export function clockRemarks(clocks: NodeClock[]): ClockRemark[] {
  const [first, ...others] = clocks.flatMap(({ name, offset }) => (offset ? [{ name, offset }] : []))
  if (!first) return []
  return others.flatMap(({ name, offset }): ClockRemark[] => {
    const ahead = secondsAhead(offset, first.offset)
    if (Math.abs(ahead) > toleranceSeconds)
      return [
        {
          text: `${name} is ${Math.abs(ahead).toFixed(0)} s ${ahead > 0 ? 'ahead of' : 'behind'} ${first.name}`,
          certain: true,
        },
      ]
    const atMost = secondsApartAtMost(offset, first.offset)
    return atMost > toleranceSeconds
      ? [
          {
            text: `${name} and ${first.name} may be up to ${atMost.toFixed(1)} s apart: they answer slowly`,
            certain: false,
          },
        ]
      : []
  })
}
