import { fileState } from '../facts/files.js'
import { atExit } from '../transport/at-exit.js'
import { sh } from '../transport/quote.js'
import { readOnAll, type Scope } from './members.js'
import { firstElection, setScript } from './passing-property.js'

export const cibPath = '/var/lib/pacemaker/cib/cib.xml'

/**
 * Before the very first start: gives every node a CIB that has nothing in it but a quick first election. Where any member
 * has a CIB, or cannot be seen, or takes no part, nobody is given one: that cluster has elected before.
 */
export async function seedFirstCib({ members, selected }: Scope): Promise<void> {
  if (members.some(member => member.unreachable || !selected.includes(member))) return
  const cibs = await readOnAll(members, fileState(cibPath))
  if (cibs.some(([, cib]) => cib !== undefined)) return
  await Promise.all(members.map(({ $ }) => $({ timeout: 30 }).script(seedScript())))
}

/**
 * Made beside the folder and moved in whole, unless a CIB or Pacemaker has come about. Pacemaker takes a CIB without a
 * signature; one that did not fit would be thrown away.
 */
export function seedScript(): string {
  return `set -e
systemctl is-active -q pacemaker.service && exit 0
d=$(mktemp -d /var/lib/pacemaker/ha-run.XXXXXX); ${atExit('rm -rf "$d"')}
cibadmin --empty >"$d/cib.xml"
CIB_file=$d/cib.xml ${setScript(firstElection)}
chmod 0600 "$d/cib.xml"; chown hacluster:haclient "$d/cib.xml"
${sh`sync "$d/cib.xml"; [ -e ${cibPath} ] || mv "$d/cib.xml" ${cibPath}; sync /var/lib/pacemaker/cib`}`
}
