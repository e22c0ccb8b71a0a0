import type { LabNodes } from '../lab-nodes.js'
import { hasNoQuickStart, setQuickStart, unsetQuickStart } from '../quick-start.js'

/** The steps that the specimens share: what an admin types on Debian, whatever cluster it is for. */

/** On a machine that is busy with other labs. */
const installSeconds = 300

/** Installs packages, and leaves their daemons stopped: Debian would start a cluster of its own with them. */
export async function install(site: LabNodes, packages: string[]): Promise<void> {
  await site.onAll(
    `set -e
export DEBIAN_FRONTEND=noninteractive
systemctl -q mask --runtime corosync pacemaker
apt-get -qq update
apt-get -qq -y --no-install-recommends install ${packages.join(' ')} >/run/install.log 2>&1 || { tail /run/install.log >&2; exit 1; }
systemctl -q unmask --runtime corosync pacemaker
rm -f /var/lib/pacemaker/cib/*`,
    installSeconds,
  )
}

/** Gives the nodes their host names, with the inventory's names as aliases in /etc/hosts. */
export async function nameNodes(site: LabNodes, domain = ''): Promise<void> {
  const lines = site.lab.nodes.map(
    ({ name, address }) => `${address}\t${domain === '' ? name : `${name}${domain} ${name}`}`,
  )
  await Promise.all(
    site.lab.nodes.map(async ({ name }) =>
      site.on(
        name,
        `set -e
echo ${name}${domain} >/etc/hostname
hostname ${name}${domain}
printf '127.0.0.1\\tlocalhost\\n${lines.join('\\n')}\\n' >/etc/hosts`,
      ),
    ),
  )
}

/** Writes the same corosync.conf on all nodes. */
export async function writeConf(site: LabNodes, text: string): Promise<void> {
  await site.onAll(`cat >/etc/corosync/corosync.conf <<'END-OF-FILE'\n${text}END-OF-FILE`)
}

/** Makes an authkey on the first node, and copies it to the others. */
export async function makeKey(site: LabNodes): Promise<void> {
  const [first, ...others] = site.lab.nodes
  const key = (await site.on(first!.name, 'corosync-keygen >/dev/null && base64 -w0 /etc/corosync/authkey')).trim()
  for (const { name } of others) await site.on(name, `umask 377; echo ${key} | base64 -d >/etc/corosync/authkey`)
}

/** An empty CIB with which a first DC comes about in 1 s. For nodes that have never been in a cluster, and do not run one. */
export const seedCib = `set -e
cib=/var/lib/pacemaker/cib/cib.xml
cibadmin --empty >/tmp/cib.xml
install -o hacluster -g haclient -m 600 /tmp/cib.xml $cib
CIB_file=$cib ${setQuickStart}
chown hacluster:haclient /var/lib/pacemaker/cib/*
rm /tmp/cib.xml`

/** Starts Corosync and Pacemaker, now and at every boot, and waits until all nodes are online. */
export async function startCluster(site: LabNodes): Promise<void> {
  await site.onAll(`${seedCib}\nsystemctl -q enable corosync pacemaker\nsystemctl start corosync pacemaker`)
  await formed(site)
}

const online = (count: number) =>
  `[ "$(crm_mon -1 --output-as=xml 2>/dev/null | grep -c '<node name=.* online="true".* pending="false"')" = ${count} ]`

/** Waits until all nodes are online, and deletes what has shortened that. */
export async function formed(site: LabNodes): Promise<void> {
  const [first] = site.lab.nodes
  await site.come(first!.name, online(site.lab.nodes.length))
  await site.on(first!.name, unsetQuickStart)
  for (const { name } of site.lab.nodes) await site.come(name, hasNoQuickStart)
}

/** Loads the text of a crmsh configuration. */
export async function configure(site: LabNodes, text: string): Promise<void> {
  await site.on(
    site.lab.nodes[0]!.name,
    `set -e
cat >/root/cluster.crm <<'END-OF-FILE'
${text}
END-OF-FILE
crm configure load update /root/cluster.crm </dev/null 2>&1
rm /root/cluster.crm`,
  )
}

const idle = `crm_mon -1 --output-as=xml 2>/dev/null | { xml=$(cat); echo "$xml" | grep -q 'role="Started"' && ! echo "$xml" | grep -q 'role="\\(Stopped\\|Starting\\|Stopping\\)"\\|failed="true"\\| pending="[A-Z]'; }`

/** Waits until every resource is started, and one node has the address. */
export async function serving(site: LabNodes): Promise<void> {
  await site.come(site.lab.nodes[0]!.name, idle)
  const holders = (await site.onAll('ip -o -4 addr show to 192.168.0.10/32')).filter(text => text !== '')
  if (holders.length !== 1) throw new Error(`${holders.length} nodes have 192.168.0.10`)
}

/** Apache, with a page of its own on each node, and started by nobody but the cluster. */
export async function installPage(site: LabNodes, page: (node: string) => string): Promise<void> {
  await Promise.all(
    site.lab.nodes.map(async ({ name }) =>
      site.on(
        name,
        `set -e
systemctl -q disable --now apache2
cat >/var/www/html/index.html <<'END-OF-FILE'
${page(name)}
END-OF-FILE`,
      ),
    ),
  )
}
