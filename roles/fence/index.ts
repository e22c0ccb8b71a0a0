import { Option } from 'commander'
import { role, trial, type ClusterRole } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import { confirmOff, planConfirmation } from './confirm.js'
import { fenceNode } from './fence-node.js'
import { planFencing } from './plan.js'
import type { FenceSettings } from './settings.js'

export { fenceView as view } from './view.js'

/** The options that `ha-run fence` adds to those of every run. */
export function options(): Option[] {
  return [
    new Option('--off', 'switch the node off and leave it off').conflicts('confirm'),
    new Option('--confirm', 'tell the cluster that somebody has switched the node off; do nothing to the node'),
  ]
}

/** Fences one node by its device, or confirms that it is off. */
export function withFlags(settings: FenceSettings): ClusterRole {
  const { node, confirm = false } = settings
  return role('fence', ({ cluster }) => [
    confirm
      ? trial(`confirm that ${node} is off`, {
          tolerant: true,
          plan: async scope => planConfirmation(cluster, node, scope),
          run: async scope => confirmOff(cluster, node, scope),
        })
      : trial(`fence ${node}`, {
          tolerant: true,
          plan: async scope => (await planFencing(cluster, settings, scope)).sentences,
          run: async scope => fenceNode(await planFencing(cluster, settings, scope), scope),
        }),
  ])
}

/** In a playbook: which node is to be fenced is for a human to say. */
export default role('fence', () => [
  trial('fence a node', {
    plan: () => Promise.reject(new TaskError('no node is named', { hint: 'run `ha-run fence NODE`' })),
    run: () => Promise.resolve([]),
  }),
])
