import { effectiveDeclaration, unlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { optionParts } from '../../runner/cluster/cib/declared-parts.js'
import { guard, hold, packages, service } from '../../runner/tasks/index.js'
import { alertScriptsRun } from './alert-scripts.js'
import { cibTask, declaredEdit, type CibWork } from '../../runner/cluster/cib-change/cib-task.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { role } from '../../runner/cluster/role.js'
import { authkeyTasks } from '../authkey/refs.js'
import { corosyncTasks } from '../corosync/refs.js'
import { namesAreKnown } from './known-names.js'
import { pacemakerRuns } from './running.js'
import { cibIsOnDisk } from './stored.js'

/**
 * Pacemaker, the resource manager on top of Corosync, and the properties of the whole cluster. crm_simulate forecasts a change of the
 * CIB, and cibadmin --patch makes it (runner/cluster/cib-change/cib-task.ts).
 */
export default role('pacemaker', ({ cluster }) => {
  const editWith =
    (more: Record<string, string>): CibWork['edit'] =>
    async scope => {
      const declared = await effectiveDeclaration(scope.members, cluster)
      return declaredEdit(scope, { ...optionParts(declared), properties: { ...declared.properties, ...more } })
    }
  const edit = editWith({})
  // Devices are added later, by the role fencing. Until then, a node that starts late would have to be fenced, by nothing.
  const first = typeof cluster.fencing === 'string' ? edit : editWith({ 'stonith-enabled': 'false' })
  const corosyncIsRunning = guard('corosync is running', {
    needs: [corosyncTasks.runsItsFiles, authkeyTasks.runsItsFiles],
    isMet: async ({ read }) => (await read(runningCmap)) !== undefined,
    hint: 'run the roles before this one first: `ha-run corosync authkey`',
  })
  // The agents and the programs that they call are there before Pacemaker probes what runs.
  const install = unlessForeign(
    packages(['pacemaker', 'pacemaker-cli-utils', 'resource-agents', 'curl'], { units: ['pacemaker.service'] }),
  )
  const known = namesAreKnown('Pacemaker knows the declared properties and defaults', cluster, {
    needs: [install],
    part: 'options',
  })
  const runs = pacemakerRuns({ needs: [install, known, corosyncIsRunning], first })
  const scripts = alertScriptsRun(cluster, [runs])
  return [
    corosyncIsRunning,
    install,
    ...hold('pacemaker', cluster.holdPackages, [install]),
    known,
    runs,
    unlessForeign(service('pacemaker.service', { enabled: true, needs: [install] })),
    unlessForeign(packages(['crmsh'], { late: true })),
    ...scripts,
    cibTask('cluster properties', { needs: [runs, ...scripts], edit }),
    cibIsOnDisk([runs]),
  ]
})
