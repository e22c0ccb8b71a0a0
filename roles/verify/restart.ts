import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { unitState } from '../../runner/facts/units.js'
import { advice } from './views.js'

const daemons = ['corosync', 'pacemaker']

const hint = 'killed, it would stay down, and its node would keep the floating IP that another takes; `ha-run corosync` has systemd '
  + 'start it again; `systemctl cat` on the node shows which file says otherwise'

/** A warning and no failure: nothing is down yet. A daemon that is down is found by what it does not answer. */
export async function daemonsComeBack({ members }: Scope): Promise<Verdict> {
  const left = await Promise.all(daemons.map(async name => {
    const states = await readOnAll(members, unitState(`${name}.service`))
    return { name, nodes: states.filter(([, { load, restart }]) => load !== 'not-found' && restart === 'no').map(([member]) => member.name) }
  }))
  const complaints = left.filter(({ nodes }) => nodes.length > 0).map(({ name, nodes }) => `${name} would not start again on ${nodes.join(', ')}`)
  return advice(complaints, daemons.join(', '), hint)
}
