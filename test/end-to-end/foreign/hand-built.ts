import type { LabNodes } from '../lab-nodes.js'
import { configure, install, installPage, makeKey, nameNodes, serving, startCluster, writeConf } from './steps.js'

/** Written by somebody who knows the manual page: knet on a port of its own, encryption, a group, comments everywhere. */
const conf = `# Cluster of the two web servers.
# Ask Maria before you change anything here!

totem {
	version: 2
	cluster_name: pacemaker1
	transport: knet
	# The switch is fast: detect a lost node sooner.
	token: 1000
	crypto_cipher: aes256
	crypto_hash: sha256
	interface {
		linknumber: 0
		# 5405 belongs to the other cluster in this network.
		mcastport: 5415
	}
}

nodelist {
	node {
		name: node1
		nodeid: 1
		ring0_addr: 192.168.0.1
	}
	node {
		name: node2
		nodeid: 2
		ring0_addr: 192.168.0.2
	}
}

quorum {
	provider: corosync_votequorum
	two_node: 1
}

# The monitoring asks Corosync too.
uidgid {
	uid: root
}

logging {
	to_logfile: no
	to_syslog: yes
	timestamp: on
}
`

const cib = `primitive ClusterIP ocf:heartbeat:IPaddr2 params ip=192.168.0.10 cidr_netmask=24 op monitor interval=15s
primitive WebServer systemd:apache2 op monitor interval=20s
group g_web ClusterIP WebServer
property cib-bootstrap-options: stonith-enabled=false cluster-recheck-interval=5min pe-input-series-max=100`

/** A cluster that was built by hand with crmsh, with names and settings of its own. */
export async function handBuilt(site: LabNodes): Promise<void> {
  await install(site, ['corosync', 'pacemaker', 'pacemaker-cli-utils', 'resource-agents', 'crmsh', 'apache2', 'curl'])
  await nameNodes(site)
  await installPage(site, () => '<html><body><h1>Our shop</h1></body></html>')
  await writeConf(site, conf)
  await makeKey(site)
  await startCluster(site)
  await configure(site, cib)
  await serving(site)
}
