import type { ProcessOutput } from 'zx/core'
import { atExit } from '../../ssh/at-exit.js'
import type { Remote } from '../../ssh/remote.js'

/** Exit code if the configuration has changed since it was read. */
export const configurationHasChanged = 75

/** Exit code of cibadmin if Pacemaker has not answered in time (CRM_EX_TIMEOUT): it may make the change later. */
export const notAnswered = 124

/** Time for Pacemaker to validate a CIB and to have it on all nodes; cibadmin's own 30 s are few for 1,000 resources. */
export const patchTimeoutSeconds = 120

/**
 * Compares two CIBs and patches the running one, in one frame, so that little time passes between the check of the version and
 * the patch.
 *
 * `crm_diff` writes the versions of its two files into the patch, but `cibadmin --patch` requires the present version,
 * num_updates included, and a higher epoch as the target's (docs/facts.md, CIB). So both are written into the patch's
 * head; a comment further down that resembles them stays as it is. If the status has been updated in between, cibadmin exits
 * with 103 ("too old"), and it is tried again.
 *
 * @param version - of the configuration as it was read.
 * @param seen - the CIB as it was read.
 */
export async function patchCib($: Remote, version: string, seen: string, wanted: string): Promise<ProcessOutput> {
  return $({ input: seen + wanted, nothrow: true, timeout: `${patchTimeoutSeconds + 60}s` })`set -e
umask 077; d=$(mktemp -d /run/ha-run.XXXXXX); ${atExit('rm -rf "$d"')}
head -c ${Buffer.byteLength(seen)} >"$d/seen.xml"; cat >"$d/wanted.xml"
code=0; crm_diff --original "$d/seen.xml" --new "$d/wanted.xml" >"$d/diff.xml" || code=$?
[ $code -le 1 ] || exit $code
for try in 1 2 3 4 5; do
  head=$(cibadmin -Q | head -n 1)
  admin_epoch=\${head##* admin_epoch=\\"} epoch=\${head##* epoch=\\"} num_updates=\${head##* num_updates=\\"}
  admin_epoch=\${admin_epoch%%\\"*} epoch=\${epoch%%\\"*} num_updates=\${num_updates%%\\"*}
  [ "$admin_epoch.$epoch" = ${version} ] || exit ${configurationHasChanged}
  sed "0,/<\\/version>/s/<source [^>]*>/<source admin_epoch=\\"$admin_epoch\\" epoch=\\"$epoch\\" num_updates=\\"$num_updates\\"\\/>/
0,/<\\/version>/s/<target [^>]*>/<target admin_epoch=\\"$admin_epoch\\" epoch=\\"$((epoch + 1))\\" num_updates=\\"0\\"\\/>/" "$d/diff.xml" >"$d/patch.xml"
  code=0; cibadmin --patch --xml-file "$d/patch.xml" --timeout=${patchTimeoutSeconds} || code=$?
  [ $code = 103 ] || exit $code
done
exit ${configurationHasChanged}`
}
