import { reachable, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { clockOffset, secondsAhead } from '../../runner/facts/clock.js'
import { advisory } from './verdict.js'

const toleranceSeconds = 1

/**
 * A warning, since Corosync does not depend on the clock. Each node's clock is compared with this machine's, within the time that the
 * node took to answer: only a difference that is certain is reported.
 */
export async function clocksAgree({ members }: Scope): Promise<Verdict> {
  const clocks = await Promise.all(
    reachable(members).map(async member => ({ name: member.name, offset: await member.read(clockOffset) })),
  )
  const silent = clocks.filter(({ offset }) => !offset).map(({ name }) => `the clock of ${name} cannot be read`)
  const known = clocks.flatMap(({ name, offset }) => (offset ? [{ name, offset }] : []))
  const [first] = known
  const apart = known
    .map(({ name, offset }) => ({ name, seconds: secondsAhead(offset, first!.offset) }))
    .filter(({ seconds }) => Math.abs(seconds) > toleranceSeconds)
  const remarks = apart.map(
    ({ name, seconds }) =>
      `${name} is ${Math.abs(seconds).toFixed(0)} s ${seconds > 0 ? 'ahead of' : 'behind'} ${first!.name}`,
  )
  return advisory(
    [...silent, ...remarks],
    `within ${toleranceSeconds} s of each other`,
    'synchronize all nodes with the same time servers: `timedatectl` shows whether a node is synchronized; `apt-get install systemd-timesyncd` installs a client',
  )
}
