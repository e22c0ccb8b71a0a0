import type { CibWork } from '../../runner/cluster/cib-change/cib-task.js'
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
import { faultDifferences, faultyMembers, recoverDaemons } from '../../runner/cluster/rollout/repair-daemons.js'
import { costOf, restartPacemaker, restartPlanFor } from '../../runner/cluster/rollout/restart-pacemaker.js'
import { readOnAll, reachable, refuseUnselected } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import type { ClusterTask, TaskRef } from '../../runner/tasks/index.js'
import { unitState } from '../../runner/facts/units.js'
import { pacemakerTasks } from '../../runner/cluster/task-refs.js'

/**
 * Repairs daemons that do not work although the unit is active. Starts Pacemaker on all nodes that need it at once, and waits until all are online. Temporary settings of an interrupted run
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
      const [units, faulty, states, drained, spent, isDetached, isFirstElection, lost] = await Promise.all([
        readOnAll(members, unitState('pacemaker.service')),
        faultyMembers(members, 'pacemaker'),
        pacemakerViews(members),
        drainedIn(members),
        spentMarksOn(members),
        isSetIn(members, detached),
        isSetIn(members, firstElection),
        lostFromCib({ members }),
      ])
      return [
        ...faultDifferences(faulty),
        ...pacemakerLacks(members, states, member => {
          if (faulty.some(each => each.member === member)) return undefined
          const isActive = units.some(([other, { active }]) => other === member && active === 'active')
          return isActive ? 'not answering' : 'not running'
        }),
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
    async forecast({ members }) {
      const faulty = await faultyMembers(members, 'pacemaker')
      return Promise.all(
        faulty.map(async each => {
          const cost = costOf(await restartPlanFor(each, members))
          return `${faultDifferences([each])
            .map(({ subject, from }) => `${subject} is ${from}`)
            .join(', ')}: if that has not ended within a minute, Pacemaker is restarted on ${each.member.name}: ${cost}`
        }),
      )
    },
    async apply(scope) {
      const broken = await recoverDaemons('pacemaker', scope)
      const effects: string[] = []
      for (const faulty of broken) effects.push(await restartPacemaker(faulty, scope))
      const units = await readOnAll(scope.members, unitState('pacemaker.service'))
      const stopped = units.filter(([, { active }]) => active !== 'active').map(([member]) => member)
      refuseUnselected(scope, stopped)
      if (stopped.length === scope.members.length) await seedFirstCib(scope, await first(scope))
      // A node that serves again need not wait for others that may not start. Without quorum it cannot be readmitted yet.
      await readmitDrained(scope).catch(() => {})
      await startPacemaker(stopped, scope)
      await untilOnline(reachable(scope.members), scope)
      await readmitDrained(scope)
      await endTemporaryProperty(detached, scope)
      await endTemporaryProperty(firstElection, scope)
      await rewriteLost(scope)
      return effects
    },
  })
}
