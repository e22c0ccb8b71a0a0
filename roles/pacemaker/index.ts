import { effectiveDeclaration, unlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { hold } from '../../runner/tasks/hold.js'
import { packages } from '../../runner/tasks/packages.js'
import { service } from '../../runner/tasks/service.js'
import { cibTask, declaredEdit, type CibWork } from '../../runner/cluster/cib/task.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { role } from '../../runner/cluster/role.js'
import { prerequisite } from '../../runner/tasks/task.js'
import { pacemakerRuns } from './running.js'

const install = 'install pacemaker'
const runs = 'pacemaker runs, with a DC'

/** The resource manager on top of the ring, and the properties of the whole cluster. */
export default role('pacemaker', ({ cluster }) => {
  const edit: CibWork['edit'] = async scope => {
    const { properties, resourceDefaults, operationDefaults } = await effectiveDeclaration(scope.members, cluster)
    return declaredEdit(scope, { properties, resourceDefaults, operationDefaults })
  }
  return [
    prerequisite('corosync is running', {
      needs: ['corosync: corosync runs what its files say', 'authkey: corosync runs what its files say'],
      holds: async ({ read }) => await read(runningCmap) !== undefined,
      remedy: 'run the roles before this one first: `ha-run corosync authkey`',
    }),
    // The agents and what they call are there before Pacemaker looks for what runs.
    unlessForeign(packages(['pacemaker', 'pacemaker-cli-utils', 'resource-agents', 'curl'], { units: ['pacemaker.service'] })),
    ...hold('pacemaker', cluster.holdPackages, [install]),
    pacemakerRuns(runs, { needs: [install, 'corosync is running'], first: edit }),
    unlessForeign(service('pacemaker.service', { enabled: true, needs: [install] })),
    unlessForeign(packages(['crmsh'], { late: true })),
    cibTask('cluster properties', { needs: [runs], edit }),
  ]
})
