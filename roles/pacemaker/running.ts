import type { CibWork } from './cib-task.js'
import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { seedFirstCib } from './first-cib.js'
import { lostFromCib, rewriteLost } from '../../runner/cluster/rollout/node-attributes.js'
import {
  drainedIn,
  endTemporaryProperty,
  isSetIn,
  readmitDrained,
  spentMarksOn,
} from '../../runner/cluster/rollout/temporary-settings.js'
import { detached, firstElection } from '../../runner/cluster/pacemaker/temporary-property.js'
import {
  pacemakerLacks,
  pacemakerViews,
  startPacemaker,
  untilOnline,
} from '../../runner/cluster/rollout/pacemaker-state.js'
import { readOnAll, reachable, refuseUnselected } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import type { ClusterTask, TaskRef } from '../../runner/tasks/index.js'
import { unitState } from '../../runner/facts/units.js'
import { pacemakerTasks } from './refs.js'

/**
 * Starts Pacemaker on all nodes that need it at once, and waits until all are online. Temporary settings of an interrupted run
 * (standby, maintenance mode, a quick first election) are removed; an admin's settings stay. Node attributes that the CIB has lost
 * are written to it again.
 */
export function pacemakerRuns({
  needs,
  first,
}: {
  needs: readonly TaskRef[]
  first: CibWork['edit']
}): ClusterTask<Node> {
  return clusterTask(pacemakerTasks.runs.name, {
    needs,
    lasting: true,
    tolerant: true,
    async check({ members }) {
      const [states, drained, spent, isDetached, isFirstElection, lost] = await Promise.all([
        pacemakerViews(members),
        drainedIn(members),
        spentMarksOn(members),
        isSetIn(members, detached),
        isSetIn(members, firstElection),
        lostFromCib({ members }),
      ])
      return [
        ...pacemakerLacks(members, states),
        ...drained.map(node => ({ subject: node, from: 'in standby by an interrupted run', to: 'taking part' })),
        ...spent.map(node => ({
          subject: `mark of a drain on ${node}`,
          from: 'left by an interrupted run',
          to: undefined,
        })),
        ...(isDetached ? [{ subject: 'resources', from: 'in maintenance by an interrupted run', to: 'managed' }] : []),
        ...(isFirstElection
          ? [{ subject: firstElection.name, from: `${firstElection.value}, for the first start`, to: undefined }]
          : []),
        ...lost.map(name => ({ subject: `attributes of ${name}`, from: 'lost from the CIB', to: 'in the CIB' })),
      ]
    },
    async apply(scope) {
      const units = await readOnAll(scope.members, unitState('pacemaker.service'))
      const stopped = units.filter(([, { active }]) => active !== 'active').map(([member]) => member)
      refuseUnselected(scope, stopped)
      if (stopped.length === scope.members.length) await seedFirstCib(scope, await first(scope))
      // A node that serves again need not wait for others that may not start.
      await readmitDrained(scope)
      await startPacemaker(stopped, scope)
      await untilOnline(reachable(scope.members), scope)
      await readmitDrained(scope)
      await endTemporaryProperty(detached, scope)
      await endTemporaryProperty(firstElection, scope)
      await rewriteLost(scope)
    },
  })
}
