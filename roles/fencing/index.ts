import { effectiveDeclaration } from '../../runner/cluster/adoption/foreign-cluster.js'
import { devicesEdit, fencingPropertiesEdit } from '../../runner/cluster/cib/fencing-edits.js'
import { isFencingSwitch } from '../../runner/cluster/cib/fencing-properties.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { fencePlug } from '../../runner/cluster/fencing/fence-plug.js'
import type { Scope } from '../../runner/cluster/members.js'
import { role } from '../../runner/cluster/role.js'
import { file, type Difference } from '../../runner/tasks/index.js'
import { cibTask } from '../../runner/cluster/cib-change/cib-task.js'
import { pacemakerTasks } from '../../runner/cluster/task-refs.js'
import { fenceAgents } from './agents.js'
import { askDevices } from './answers.js'
import { beforeChange, judgeParameters, withAgents } from './before-change.js'
import { refuseLostNodes } from './refusal.js'
import { devicesStarted, everyNodeCanBeFenced } from './started.js'

/**
 * The devices that switch off the power of a lost node before another one takes over its resources. Fencing is turned on only once
 * each of them has answered every node that may have to use it, and is turned off before they are removed.
 */
export default role('fencing', ({ cluster }) => {
  const { fencing } = cluster
  if (fencing === 'kept') return []
  const { properties, devices } = editsOf(cluster)
  const isRunning = [pacemakerTasks.runs]

  if (fencing === 'disabled') {
    const off = cibTask('fencing is off', {
      needs: isRunning,
      edit: properties,
      meaning: ifSwitched('from then on, nothing stops a lost node: two nodes can have the floating IP at once'),
    })
    return [
      off,
      cibTask('no fencing devices', {
        needs: isRunning,
        edit: devices,
        earlier: { role: 'fencing', edit: properties },
      }),
    ]
  }

  const install = fenceAgents(fencing.devices)
  const ourAgent = fencing.devices.some(({ agent }) => agent === fencePlug.agent)
    ? [file(fencePlug.path, { content: fencePlug.text, mode: '0755' })]
    : []
  const due = { needs: [...isRunning, install, ...ourAgent], edits: [devices, properties] }
  const parameters = beforeChange('the agents know the parameters of their devices', due, async scope =>
    judgeParameters(scope, fencing.devices),
  )
  const answers = beforeChange('the fencing devices answer', due, async scope => {
    await refuseLostNodes(scope)
    await askDevices(scope, await withAgents(scope, fencing.devices))
    return []
  })
  return [
    install,
    ...ourAgent,
    parameters,
    answers,
    cibTask('fencing devices', {
      needs: isRunning,
      edit: devices,
      after: async scope => devicesStarted(scope, fencing.devices),
    }),
    cibTask('fencing is on', {
      needs: isRunning,
      edit: properties,
      earlier: { role: 'fencing', edit: devices },
      meaning: ifSwitched('from then on, a lost node is powered off before another one takes over its resources'),
      after: everyNodeCanBeFenced,
    }),
  ]
})

/** The sentence belongs to a change that turns fencing on or off, and not to that of another property. */
function ifSwitched(sentence: string) {
  return (differences: Difference[]) =>
    differences.some(({ subject }) => isFencingSwitch(subject.replace('property ', ''))) ? [sentence] : []
}

/** The edits of the CIB: without ha-run's defaults if somebody else built the cluster. */
function editsOf(cluster: Cluster) {
  const declared = async ({ members }: Scope) => effectiveDeclaration(members, cluster)
  return {
    devices: async (scope: Scope) => devicesEdit(await declared(scope), scope.consent),
    properties: async (scope: Scope) => fencingPropertiesEdit(await declared(scope)),
  }
}
