import { cibFindings, partOf, pushCib } from '../../runner/cluster/cib-push.js'
import { clusterTask, role } from '../../runner/cluster/role.js'
import { addressIsFree } from './free-address.js'
import { primitivesStarted } from './started.js'

const free = 'nobody else has the floating IP'
const running = 'pacemaker: pacemaker runs, with a DC'

/** What the cluster runs, and where: resources and constraints go in together, so that they never start apart. */
export default role('constraints', ({ cluster }) => {
  const declared = partOf({ resources: cluster.resources, constraints: cluster.constraints })
  return [
    addressIsFree(free, cluster, [running]),
    clusterTask('resources and constraints', {
      needs: [running, free, 'apache: install apache2'],
      tolerant: true,
      check: async scope => cibFindings(scope, declared),
      async apply(scope) {
        await pushCib(scope, declared)
        await primitivesStarted(scope, cluster.resources)
      },
    }),
  ]
})
