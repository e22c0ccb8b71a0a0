import { file } from '../../runner/tasks/file.js'
import { unlessFound } from '../../runner/cluster/adoption/as-found.js'
import { role } from '../../runner/cluster/role.js'
import { staticAddress } from './addressing.js'
import { hostName } from './host-name.js'
import { hostsFile } from './hosts-file.js'

/** Every node bears its name, finds the others by theirs, and keeps its declared address. */
export default role('network', ({ cluster, node }) => {
  const names = cluster.nodes.map(({ name, links: [address] }) => ({ name, address: address! }))
  return [
    // First, because an address that cannot be is refused or undone: then this node is told of no new one.
    ...(cluster.nodes.some(({ network }) => network) ? [staticAddress(node)] : []),
    unlessFound(file('/etc/hosts', { content: current => hostsFile(current ?? '', names), keepFormer: true })),
    unlessFound(hostName(node.name)),
  ]
})
