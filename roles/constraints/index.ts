import { keepAdvice } from '../../runner/cluster/agent-advice.js'
import { cibTask, declaredEdit } from '../../runner/cluster/cib-task.js'
import { role } from '../../runner/cluster/role.js'
import { nothingForeign } from './foreign.js'
import { addressIsFree } from './free-address.js'
import { primitivesStarted } from './started.js'

const free = 'nobody else has the floating IP'
const push = 'resources and constraints'
const running = 'pacemaker: pacemaker runs, with a DC'

/** What the cluster runs, and where: resources and constraints go in together, so that they never start apart. */
export default role('constraints', ({ cluster }) => {
  const { resources, constraints, properties, resourceDefaults, operationDefaults } = cluster
  return [
    addressIsFree(free, cluster, [running]),
    cibTask(push, {
      needs: [running, free, 'apache: install apache2'],
      edit: async scope => declaredEdit(scope, { resources, constraints }),
      earlier: { role: 'pacemaker', edit: async scope => declaredEdit(scope, { properties, resourceDefaults, operationDefaults }) },
      after: async scope => {
        await primitivesStarted(scope, resources)
        await keepAdvice(scope, resources.flatMap(resource => resource.kind === 'primitive' ? [resource.agent] : []))
      },
    }),
    nothingForeign(cluster, [running, push]),
  ]
})
