import { reachable, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { clockOffset, secondsAhead } from '../../runner/facts/clock.js'
import { advice } from './views.js'

/** Seconds by which clocks may differ. */
const allowed = 1

/**
 * A warning, since the ring itself does not go by the clock. Each node's clock is measured against this machine's, around
 * the time that its answer took; what cannot be told from that for sure is not said.
 */
export async function clocksAgree({ members }: Scope): Promise<Verdict> {
  const clocks = await Promise.all(reachable(members).map(async member => ({ name: member.name, offset: await member.read(clockOffset) })))
  const silent = clocks.filter(({ offset }) => !offset).map(({ name }) => `${name} does not tell the time`)
  const known = clocks.flatMap(({ name, offset }) => offset ? [{ name, offset }] : [])
  const [first] = known
  const apart = known.map(({ name, offset }) => ({ name, seconds: secondsAhead(offset, first!.offset) })).filter(({ seconds }) => Math.abs(seconds) > allowed)
  const remarks = apart.map(({ name, seconds }) => `${name} is ${Math.abs(seconds).toFixed(0)} s ${seconds > 0 ? 'ahead of' : 'behind'} ${first!.name}`)
  return advice([...silent, ...remarks], `within ${allowed} s of each other`, 'let every node follow the same time servers: `timedatectl` shows whether it does, `apt-get install systemd-timesyncd` brings it in')
}
