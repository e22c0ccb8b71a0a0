import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { packageHeld } from '../../runner/facts/packages.js'
import { advice } from './views.js'

/**
 * Those whose maintainer scripts stop what the cluster runs: corosync's postinst restarts it, and Pacemaker with it
 * (`Requires=`); pacemaker's preinst stops it. Their libraries, crmsh and resource-agents restart nothing of theirs.
 */
const daemons = ['corosync', 'pacemaker']

const hint = 'an unattended upgrade restarts them under the resources, in the worst case on all nodes at once; '
  + '`cluster.packages.hold: true` in the inventory keeps both as they are until you upgrade them node by node'

/** A warning and no failure: upgrades may be kept apart in other ways. */
export async function daemonsAreHeld({ members }: Scope): Promise<Verdict> {
  const loose = await Promise.all(daemons.map(async name => {
    const states = await readOnAll(members, packageHeld(name))
    return { name, nodes: states.filter(([, held]) => !held).map(([member]) => member.name) }
  }))
  const complaints = loose.filter(({ nodes }) => nodes.length > 0).map(({ name, nodes }) => `${name} is not held on ${nodes.join(', ')}`)
  return advice(complaints, daemons.join(', '), hint)
}
