import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { packageState } from '../../runner/facts/packages.js'
import { advisory } from './verdict.js'

/**
 * The packages whose maintainer scripts stop resources: corosync's postinst restarts Corosync, and Pacemaker with it (`Requires=`);
 * pacemaker's preinst stops Pacemaker. Their libraries, crmsh and resource-agents restart neither.
 */
const daemons = ['corosync', 'pacemaker']

const hint =
  'an unattended upgrade restarts them while resources run, in the worst case on all nodes at once; ' +
  '`cluster.packages.hold: true` in the inventory holds both until you upgrade them node by node'

/** A warning, since upgrades may be controlled by other means. */
export async function daemonsOnHold({ members }: Scope): Promise<Verdict> {
  const upgradable = await Promise.all(
    daemons.map(async name => {
      const states = await readOnAll(members, packageState(name))
      return { name, nodes: states.filter(([, { isHeld }]) => !isHeld).map(([member]) => member.name) }
    }),
  )
  const violations = upgradable
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ name, nodes }) => `${name} is not on hold on ${nodes.join(', ')}`)
  return advisory(violations, daemons.join(', '), hint)
}
