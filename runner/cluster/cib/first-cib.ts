import { posix } from 'node:path'
import { fact, type Fact } from '../../facts/fact.js'
import { atExit } from '../../ssh/at-exit.js'
import { sh } from '../../ssh/quote.js'
import type { CibEdit } from './cib.js'
import { understood } from './push.js'
import { readOnAll, type Scope } from '../members.js'
import { firstElection, setScript } from '../pacemaker/temporary-property.js'

export const cibPath = '/var/lib/pacemaker/cib/cib.xml'

const folder = posix.dirname(cibPath)

/** A CIB or what is left of one: Pacemaker takes its newest backup where the CIB itself is gone. */
const hadCib: Fact<boolean> = fact('whether there was ever a CIB', sh`ls -A ${folder} 2>/dev/null`, ({ stdout }) => stdout !== '')

/** What `cibadmin` makes where there is nothing. */
const emptyCib: Fact<string | undefined> = fact('cibadmin --empty', 'cibadmin --empty', ({ stdout, exitCode }) => exitCode === 0 ? stdout : undefined)

/**
 * Before the very first start: gives every node a CIB that has nothing in it but what is declared for the whole cluster, and a
 * quick first election. Where any member ever had a CIB, or cannot be seen, or takes no part, nobody is given one: that
 * cluster has elected before. It only saves time: a node that cannot be given one starts without.
 *
 * @param edit - puts in what is declared.
 */
export async function seedFirstCib({ members, selected, leader }: Scope, edit: CibEdit): Promise<void> {
  if (members.some(member => member.unreachable || !selected.includes(member))) return
  const had = await readOnAll(members, hadCib)
  if (had.some(([, ever]) => ever)) return
  const empty = await leader.read(emptyCib)
  if (empty === undefined) return
  const { text } = understood(() => edit(empty))
  await Promise.all(members.map(({ $ }) => $({ timeout: '30s', nothrow: true, input: text }).script(seedScript())))
}

/**
 * The CIB comes on stdin. It is completed beside the folder and moved in whole, unless a CIB or Pacemaker has come about.
 * Pacemaker takes a CIB without a signature; one that did not fit would be thrown away.
 */
export function seedScript(): string {
  return `set -e
systemctl is-active -q pacemaker.service && exit 0
${sh`[ -z "$(ls -A ${folder})" ]`} || exit 0
d=$(mktemp -d /var/lib/pacemaker/ha-run.XXXXXX); ${atExit('rm -rf "$d"')}
cat >"$d/cib.xml"
CIB_file=$d/cib.xml ${setScript(firstElection)}
chmod 0600 "$d/cib.xml"; chown hacluster:haclient "$d/cib.xml"
${sh`sync "$d/cib.xml"; [ -e ${cibPath} ] || mv "$d/cib.xml" ${cibPath}; sync ${folder}`}`
}
