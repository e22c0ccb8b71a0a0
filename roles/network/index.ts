import { file, task } from '../../runner/tasks/index.js'
import { replaceFile } from '../../runner/tasks/write-file.js'
import { unlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { role } from '../../runner/cluster/role.js'
import { staticAddress } from './addressing.js'
import { cloudInitHosts, cloudInitSettings } from './cloud-init.js'
import { firewallGuard } from './firewall/guard.js'
import { openFirewall } from './firewall/open.js'
import { checkHostName, hostNameFile } from './host-name.js'
import { hostsFile } from './hosts-file.js'

/** Every node has its inventory name, resolves the others by theirs, and has its declared address. */
export default role('network', ({ cluster, node }) => {
  const addresses = cluster.nodes.map(({ name, links: [address] }) => ({ name, address: address! }))

  const hosts = unlessForeign(
    file('/etc/hosts', { content: current => hostsFile(current ?? '', addresses), keepFormer: true }),
  )

  const hostName = task('host name as in the inventory', {
    check: async ({ read }) => checkHostName(node.name, read),
    // What `hostnamectl set-hostname` does, without a running D-Bus.
    async apply({ $ }) {
      await replaceFile($, hostNameFile, `${node.name}\n`, { mode: '0644', owner: 'root:root' })
      await $`hostname -- ${node.name}`
    },
  })

  return [
    // Before anything is changed: nodes whose packets are dropped would wait for each other until they time out.
    cluster.firewall === 'open' ? openFirewall(cluster, node) : firewallGuard(cluster),
    // First: if the node cannot get its declared address, /etc/hosts must not contain it.
    ...(cluster.nodes.some(({ network }) => network)
      ? [
          staticAddress(
            node,
            cluster.floatingIps.map(({ address }) => address),
          ),
        ]
      : []),
    unlessForeign(cloudInitSettings(node)),
    hosts,
    unlessForeign(cloudInitHosts(hosts)),
    unlessForeign(hostName),
  ]
})
