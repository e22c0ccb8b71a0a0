import { until } from '../../tasks/until.js'
import { serviceFact, type Fact } from '../../facts/fact.js'
import { withoutAttributes } from '../pacemaker/crm-mon.js'
import { clusterState } from '../pacemaker/facts.js'
import { readOnAll, type Scope } from '../members.js'

/**
 * Transient node attributes: fail counts, results of agents such as ping, the node's feature set. Each node's attribute
 * manager has all of them, and so should the CIB. When two partitions that both kept running merge, each has erased the
 * other's attributes from its CIB and one CIB wins, so those in the other are missing until they next change
 * (ClusterLabs/pacemaker#3295, until 3.0.2). Every node has a feature set, so a node without one in the CIB has lost
 * all.
 */

/** The nodes whose feature set a node's attribute manager has. */
const knownByManager: Fact<string[]> = serviceFact(
  'pacemaker',
  'attrd_updater -Q',
  ({ stdout }) => [...stdout.matchAll(/ host="([^"]+)" value="[^"]+"/g)].map(([, host]) => host!),
  "attrd_updater -Q -A -n '#feature-set'",
)

/** The names of the nodes whose attributes the CIB has lost although an attribute manager has them. */
export async function lostFromCib({ members }: Pick<Scope, 'members'>): Promise<string[]> {
  const suspects = new Set(
    (await readOnAll(members, clusterState)).flatMap(([, state]) => (state ? withoutAttributes(state) : [])),
  )
  if (suspects.size === 0) return []
  const known = new Set((await readOnAll(members, knownByManager)).flatMap(([, names]) => names))
  return [...suspects].filter(name => known.has(name)).toSorted()
}

/**
 * Makes the attribute managers write lost attributes to the CIB again.
 *
 * @returns the names of the nodes whose attributes were lost.
 */
export async function rewriteLost(scope: Pick<Scope, 'members' | 'abandon' | 'progress'>): Promise<string[]> {
  const lost = await lostFromCib(scope)
  if (lost.length === 0) return []
  for (const [member, known] of await readOnAll(scope.members, knownByManager)) {
    if (lost.some(name => known.includes(name))) await member.$({ timeout: '30s' })`attrd_updater --refresh`
  }
  await until(
    'the CIB to have the attributes of all nodes',
    30,
    async () => {
      for (const member of scope.members) member.changed()
      return (await lostFromCib(scope)).length === 0 ? true : undefined
    },
    scope,
  )
  return lost
}
