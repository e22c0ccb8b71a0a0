import type { LabNodes } from '../lab-nodes.js'

/** What must not change on a node without a reason: lines of a name, a tab and a value. */
const ofNode = `note() { printf '%s\\t%s\\n' "$1" "$(echo $2)"; }
for file in /etc/corosync/corosync.conf /etc/corosync/authkey /var/www/html/index.html; do note "sha256 of $file" "$(sha256sum $file 2>/dev/null | cut -d ' ' -f 1)"; done
for unit in apache2 corosync pacemaker; do note "MainPID of $unit" "$(systemctl show -P MainPID $unit)"; done
note 'pid of pacemakerd' "$(pidof pacemakerd)"
note 'pid in the pid file of apache2' "$(cat /run/apache2.pid /run/apache2/apache2.pid 2>/dev/null)"
note 'node id' "$(corosync-cmapctl -g runtime.votequorum.this_node_id | sed 's/.*= //')"
note 'node ids' "$(corosync-quorumtool -l | awk '$1 ~ /^[0-9]+$/ { print $1 }' | sort -n)"
note ring "$(corosync-quorumtool -s | sed -n 's/^Ring ID: *//p')"
note 'UDP ports of corosync' "$(ss -Hulnp | awk '/"corosync"/ { print $4 }' | sort -u)"`

/** By node, and by name; what the cluster has as a whole is under `cluster`. Empty text: there is no such thing. */
export type Fingerprint = Record<string, Record<string, string>>

/** What must not change on a cluster that somebody else has built, to be compared with an earlier one. */
export async function fingerprint(site: LabNodes): Promise<Fingerprint> {
  const nodes = await Promise.all(
    site.lab.nodes.map(async ({ name }) => {
      const lines = (await site.on(name, ofNode)).trimEnd().split('\n')
      return [name, Object.fromEntries(lines.map(line => line.split('\t')))] as const
    }),
  )
  return { ...Object.fromEntries(nodes), cluster: { CIB: await site.on('node1', 'cibadmin -Q -o configuration') } }
}
