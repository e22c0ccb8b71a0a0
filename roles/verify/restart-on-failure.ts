import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { unitState } from '../../runner/facts/units.js'
import { advisory } from './verdict.js'

const daemons = ['corosync', 'pacemaker']

const hint =
  'if it dies, it stays down, and its node keeps the floating IP while another node takes it; `ha-run corosync` makes systemd ' +
  'restart it; `systemctl cat` on the node shows which file prevents that'

/** A warning, since nothing is down yet. Other assertions find a daemon that is down. */
export async function restartOnFailure({ members }: Scope): Promise<Verdict> {
  const unrestarted = await Promise.all(
    daemons.map(async name => {
      const states = await readOnAll(members, unitState(`${name}.service`))
      return {
        name,
        nodes: states
          .filter(([, { load, restart }]) => load !== 'not-found' && restart === 'no')
          .map(([member]) => member.name),
      }
    }),
  )
  const violations = unrestarted
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ name, nodes }) => `systemd does not restart ${name} on ${nodes.join(', ')}`)
  return advisory(violations, daemons.join(', '), hint)
}
