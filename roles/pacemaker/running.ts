import type { Node } from '../../runner/cluster/declaration.js'
import { drainedIn, endDetachment, isDetachedIn, readmitDrained } from '../../runner/cluster/ours-in-cib.js'
import { pacemakerLacks, pacemakerViews, startPacemaker, untilOnline } from '../../runner/cluster/pacemaker-state.js'
import { readOnAll, reachable, refuseUnselected } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import type { ClusterTask } from '../../runner/engine/task.js'
import { unitState } from '../../runner/facts/units.js'

/**
 * Started on all nodes that need it at once, then waited for together. What an interrupted run of ours has put in
 * standby or in maintenance is taken back; what an admin has put there stays.
 */
export function pacemakerRuns(name: string, needs: readonly string[]): ClusterTask<Node> {
  return clusterTask(name, {
    needs,
    lasting: true,
    tolerant: true,
    async check({ members }) {
      const [seen, drained, isDetached] = await Promise.all([pacemakerViews(members), drainedIn(members), isDetachedIn(members)])
      return [
        ...pacemakerLacks(members, seen),
        ...drained.map(node => ({ subject: node, from: 'in standby by an interrupted run', to: 'taking part' })),
        ...(isDetached ? [{ subject: 'resources', from: 'in maintenance by an interrupted run', to: 'watched over' }] : []),
      ]
    },
    async apply(scope) {
      const units = await readOnAll(scope.members, unitState('pacemaker.service'))
      const stopped = units.filter(([, { active }]) => active !== 'active').map(([member]) => member)
      refuseUnselected(scope, stopped)
      await startPacemaker(stopped, scope)
      await untilOnline(reachable(scope.members), scope)
      await readmitDrained(scope)
      await endDetachment(scope)
    },
  })
}
