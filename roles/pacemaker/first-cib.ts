import { posix } from 'node:path'
import type { CibEdit } from '../../runner/cluster/cib/cib.js'
import { cibPath, runEdit } from '../../runner/cluster/cib/read.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import { firstElection, propertySetXml } from '../../runner/cluster/pacemaker/temporary-property.js'
import { fact, type Fact } from '../../runner/facts/fact.js'
import { atExit } from '../../runner/ssh/at-exit.js'
import { sh } from '../../runner/ssh/quote.js'
import type { Remote } from '../../runner/ssh/remote.js'

const folder = posix.dirname(cibPath)

/** Backups count: if the CIB itself is missing, Pacemaker takes the newest one. */
const hadCib: Fact<boolean> = fact(
  'whether there was ever a CIB',
  sh`ls -A ${folder} 2>/dev/null`,
  ({ stdout }) => stdout !== '',
)

const emptyCib: Fact<string | undefined> = fact('cibadmin --empty', 'cibadmin --empty', ({ stdout, exitCode }) =>
  exitCode === 0 ? stdout : undefined,
)

/**
 * Before the very first start: gives every node a CIB with what is declared for the whole cluster, and a quick first election.
 * If any member ever had a CIB, is unreachable or is not selected, no node is given one: that cluster has elected a DC before.
 * This only saves time: a node that cannot be given a CIB starts without one.
 *
 * @param edit - puts in what is declared.
 */
export async function seedFirstCib({ members, selected, leader }: Scope, edit: CibEdit): Promise<void> {
  if (members.some(member => member.unreachable || !selected.includes(member))) return
  const had = await readOnAll(members, hadCib)
  if (had.some(([, ever]) => ever)) return
  const empty = await leader.read(emptyCib)
  if (empty === undefined) return
  const { text } = runEdit(() => edit(empty))
  await Promise.all(members.map(({ $ }) => seed($, text)))
}

/**
 * Completes the CIB beside its folder and moves it in whole, unless a CIB or Pacemaker has appeared meanwhile. Pacemaker accepts
 * a CIB without a signature, but discards one with a signature that does not match.
 */
export async function seed($: Remote, cib: string): Promise<void> {
  await $({ timeout: '30s', nothrow: true, input: cib })`set -e
systemctl is-active -q pacemaker.service && exit 0
[ -z "$(ls -A ${folder})" ] || exit 0
d=$(mktemp -d /var/lib/pacemaker/ha-run.XXXXXX); ${atExit('rm -rf "$d"')}
cat >"$d/cib.xml"
CIB_file=$d/cib.xml cibadmin --create --scope crm_config --xml-text ${propertySetXml(firstElection)}
chmod 0600 "$d/cib.xml"; chown hacluster:haclient "$d/cib.xml"
sync "$d/cib.xml"; [ -e ${cibPath} ] || mv "$d/cib.xml" ${cibPath}; sync ${folder}`
}
