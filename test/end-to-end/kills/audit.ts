import type { LabSite } from '../site-harness.js'

/**
 * What must be as before, whatever was killed, once the next run has come to its end: the audits of Pacemaker's CTS (one DC with quorum, each
 * resource once, the same CIB), and what ha-run could leave behind.
 */

/** Lines of a node: its id, its key, what lies about of ha-run, except notes of what a service has loaded, and what Pacemaker says of the cluster. */
const script = `corosync-cmapctl -g runtime.votequorum.this_node_id | sed 's/.*= /id /'
sha256sum /etc/corosync/authkey | cut -c 1-12 | sed 's/^/key /'
ls -d /run/ha-run* /etc/.*ha-run* /etc/*/.*ha-run* /tmp/ha-run* /var/lib/ha-run/address 2>/dev/null | grep -vE '^/run/ha-run.(apache2|loaded[.].*)$' | sed 's/^/left /'
systemctl list-units --no-legend --plain 'ha-run*' | awk '{ print "left", $1 }'
systemctl list-unit-files --no-legend --state=masked,masked-runtime | awk '/corosync|pacemaker|apache/ { print "masked", $1 }'
crm_mon -1 --output-as=xml | sed -n 's/.*<current_dc .*name="\\([^"]*\\)".*with_quorum="\\([a-z]*\\)".*/dc \\1 quorum \\2/p'
crm_mon -1 --output-as=xml | sed -n 's/.*<node name="\\([^"]*\\)".*online="\\([a-z]*\\)" standby="\\([a-z]*\\)".*maintenance="\\([a-z]*\\)".*/node \\1 online \\2 standby \\3 maintenance \\4/p'
crm_mon -1 --output-as=xml | sed -n 's/.*<resource id="\\([^"]*\\)".*role="\\([^"]*\\)".*nodes_running_on="\\([0-9]*\\)".*/resource \\1 \\2 on \\3/p'
cibadmin -Q -o configuration | sha256sum | cut -c 1-12 | sed 's/^/cib /'`

export type Audit = Record<string, string[]>

/** @returns what each node says, to be compared with what it said before. */
export async function audit(site: LabSite): Promise<Audit> {
  const texts = await site.onAll(script)
  return Object.fromEntries(site.lab.nodes.map(({ name }, at) => [name, texts[at]!.trim().split('\n')]))
}

/** What is wrong after a run, as sentences; empty if all is well. `before`: of the cluster as it was declared then. */
export function faultsIn(before: Audit, after: Audit, { keepsKey }: { keepsKey: boolean }): string[] {
  const of = (lines: string[], kind: string) => lines.filter(line => line.startsWith(`${kind} `))
  const nodes = Object.entries(after)
  const keys = new Set(nodes.flatMap(([, lines]) => of(lines, 'key')))
  const dcs = [...new Set(nodes.map(([, lines]) => of(lines, 'dc').join() || 'dc none'))]
  const cibs = new Set(nodes.flatMap(([, lines]) => of(lines, 'cib')))
  return [
    ...nodes.flatMap(([name, lines]) => [
      ...changed(of(before[name] ?? [], 'id'), of(lines, 'id')),
      ...(keepsKey ? changed(of(before[name] ?? [], 'key'), of(lines, 'key')) : []),
      ...added(of(before[name] ?? [], 'left'), of(lines, 'left')).map(line => `${line} on ${name}`),
      ...of(lines, 'masked').map(line => `${line} on ${name}`),
      ...of(lines, 'node').filter(line => !line.endsWith('online true standby false maintenance false')),
      ...of(lines, 'resource').filter(line => !/ (Started|Promoted) on 1$/.test(line)),
    ]),
    ...(dcs.length === 1 && dcs[0]!.endsWith('quorum true') ? [] : [`not one DC with quorum: ${dcs.join(', ')}`]),
    ...(keys.size > 1 ? ['the keys differ'] : []),
    ...(cibs.size > 1 ? ['the CIBs differ'] : []),
  ]
}

const changed = (from: string[], to: string[]) =>
  from.length > 0 && from.join() !== to.join() ? [`${from.join()} became ${to.join()}`] : []
const added = (from: string[], to: string[]) => to.filter(line => !from.includes(line))
