import type { LabNodes } from '../lab-nodes.js'
import { configure, install, installPage, nameNodes, serving, startCluster, writeConf } from './steps.js'

/**
 * As in the days of Corosync 2. Without a nodeid, Corosync makes one from the address. It then counts each node twice
 * where it adds to the token for every node after the second: what runs is 4300 ms (3.1.7).
 */
const conf = `totem {
  version: 2
  cluster_name: pacemaker1
  transport: udpu
  token: 3000
  token_retransmits_before_loss_const: 10
  crypto_cipher: none
  crypto_hash: none
  interface {
    ringnumber: 0
    bindnetaddr: 192.168.0.0
    mcastport: 5405
    ttl: 1
  }
}

logging {
  fileline: off
  to_stderr: no
  to_logfile: yes
  to_syslog: yes
  logfile: /var/log/corosync/corosync.log
  debug: off
  timestamp: on
}

quorum {
  provider: corosync_votequorum
  two_node: 1
  expected_votes: 2
}

nodelist {
  node {
    ring0_addr: 192.168.0.1
  }
  node {
    ring0_addr: 192.168.0.2
  }
}
`

const cib = `primitive FloatIP ocf:heartbeat:IPaddr2 params ip=192.168.0.10 cidr_netmask=24 op monitor interval=10s
primitive WebSite ocf:heartbeat:apache params configfile="/etc/apache2/apache2.conf" statusurl="http://127.0.0.1/server-status" op monitor interval=60s
colocation WebSite-with-FloatIP inf: WebSite FloatIP
order FloatIP-before-WebSite Mandatory: FloatIP WebSite
property cib-bootstrap-options: stonith-enabled=false`

/** The cluster of the tutorial as far as Corosync 3 accepts it: udpu without encryption, nodes without names and ids. */
export async function tutorial(site: LabNodes): Promise<void> {
  await install(site, ['corosync', 'pacemaker', 'pacemaker-cli-utils', 'resource-agents', 'crmsh', 'apache2', 'curl'])
  await nameNodes(site)
  await installPage(site, node => `Site Teste - ${node}`)
  await writeConf(site, conf)
  await startCluster(site)
  await configure(site, cib)
  await serving(site)
}
