import type { LabNodes } from '../lab-nodes.js'
import { formed, install, nameNodes, seedCib, serving } from './steps.js'

/** The package of fence_dummy: since Debian 13 each agent has one of its own, and all of them install for minutes. */
const fenceDummy =
  '$(apt-cache show fence-agents-dummy >/dev/null 2>&1 && echo fence-agents-dummy || echo fence-agents)'

/** A cluster that pcs has set up through its daemon, with a fencing device that only pretends. */
export async function byPcs(site: LabNodes): Promise<void> {
  const [first] = site.lab.nodes
  const hosts = site.lab.nodes.map(({ name, address }) => `${name} addr=${address}`).join(' ')
  await install(site, ['corosync', 'pacemaker', 'pacemaker-cli-utils', 'resource-agents', 'pcs', fenceDummy])
  await nameNodes(site)
  await site.onAll(`set -e
echo hacluster:secret | chpasswd
pcs cluster destroy 2>&1
systemctl -q enable pcsd
systemctl restart pcsd`)
  await site.on(
    first!.name,
    `set -e
pcs host auth ${hosts} -u hacluster -p secret 2>&1
pcs cluster setup pacemaker1 ${hosts} 2>&1`,
  )
  await site.onAll(seedCib)
  await site.on(first!.name, 'pcs cluster start --all 2>&1 && pcs cluster enable --all 2>&1')
  await formed(site)
  await site.on(
    first!.name,
    `set -e
exec 2>&1
pcs stonith create fence_nodes fence_dummy pcmk_host_list="${site.lab.nodes.map(({ name }) => name).join(' ')}"
pcs property set stonith-enabled=true
pcs resource create vip ocf:heartbeat:IPaddr2 ip=192.168.0.10 cidr_netmask=24`,
  )
  await serving(site)
}
