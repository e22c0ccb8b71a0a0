import type { LabNodes } from '../lab-nodes.js'
import { configure, install, makeKey, nameNodes, serving, startCluster, writeConf } from './steps.js'

const conf = `totem {
  version: 2
  cluster_name: pacemaker1
  transport: knet
  crypto_cipher: aes256
  crypto_hash: sha256
}

nodelist {
  node {
    nodeid: 11
    ring0_addr: 192.168.0.1
  }
  node {
    nodeid: 12
    ring0_addr: 192.168.0.2
  }
}

quorum {
  provider: corosync_votequorum
  two_node: 1
}

logging {
  to_syslog: yes
}
`

const cib = `primitive vip ocf:heartbeat:IPaddr2 params ip=192.168.0.10 cidr_netmask=24 op monitor interval=10s
property cib-bootstrap-options: stonith-enabled=false`

/** Nodes without names in corosync.conf: Pacemaker calls them by their host names, which are fully qualified. */
export async function unnamedKnet(site: LabNodes): Promise<void> {
  await install(site, ['corosync', 'pacemaker', 'pacemaker-cli-utils', 'resource-agents', 'crmsh'])
  await nameNodes(site, '.example.net')
  await writeConf(site, conf)
  await makeKey(site)
  await startCluster(site)
  await configure(site, cib)
  await serving(site)
}
