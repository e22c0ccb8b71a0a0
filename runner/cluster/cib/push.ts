import { TaskError } from '../../errors.js'
import { atExit } from '../../ssh/at-exit.js'
import type { CibEdit } from './cib.js'
import { endEntry, forgetEntry, keepChange } from './journal.js'
import { versionOf, withoutStatus } from './version.js'
import { cibText, clusterState } from '../pacemaker/facts.js'
import { simulate } from '../pacemaker/forecast.js'
import type { Scope } from '../members.js'
import type { Effect } from '../pacemaker/transition.js'

/** Exit code of the push script when somebody has changed the configuration since we read it. */
const moved = 75

/** How often a push is worked out anew because somebody else was quicker. */
const attempts = 5

/** The CIB as the leader has it. @throws TaskError where Pacemaker does not answer. */
export async function readCib({ leader }: Scope): Promise<string> {
  const text = await leader.read(cibText)
  if (text !== undefined) return text
  throw new TaskError(`pacemaker does not answer on ${leader.name}`, { hint: 'run the pacemaker role first: `ha-run pacemaker`' })
}

/** What a push did. */
export interface Pushed {
  /** The CIB, status included, just before and just after. */
  before: string
  after: string
  /** What Pacemaker was expected to make of it. */
  forecast: Effect[]
}

/**
 * Edits the CIB by one versioned patch, so that resources never start without their constraints, and nobody else's
 * change is overwritten: the patch names the version it was made from, and where the configuration has moved on
 * since, it is worked out anew (rule 9.4). Before and after are kept on the nodes.
 *
 * @param first - the push that this one completes: where nobody came in between, both are taken back as one.
 */
export async function pushCib(scope: Scope, edit: CibEdit, first?: Pushed): Promise<Pushed> {
  const { leader } = scope
  const keepers = scope.selected.filter(({ unreachable }) => !unreachable)
  await refuseWithoutQuorum(scope)
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = await freshCib(scope)
    const candidate = understood(() => edit(before))
    // Somebody else may have made the same change meanwhile.
    if (candidate.differences.length === 0) return { before, after: before, forecast: [] }
    const forecast = await simulate(leader, candidate.text)
    const seen = withoutStatus(before)
    const wanted = withoutStatus(candidate.text)
    const isSecondHalf = first && versionOf(first.after) === versionOf(before)
    await keepChange(keepers, isSecondHalf ? withoutStatus(first.before) : seen, wanted)
    const script = pushScript(versionOf(before), Buffer.byteLength(seen))
    const result = await leader.$({ input: seen + wanted, nothrow: true }).script(script)
    if (result.exitCode === 0) {
      const after = await freshCib(scope)
      await endEntry(keepers, versionOf(after), new Date())
      return { before, after, forecast }
    }
    await forgetEntry(keepers)
    if (result.exitCode !== moved) {
      throw new TaskError(`the CIB refused the change on ${leader.name}`, { hint: '`crm_verify -L -V` there says what is wrong with the configuration as it is', command: 'cibadmin --patch', output: result.stderr.trim() || result.stdout.trim() })
    }
  }
  throw new TaskError(`somebody else kept changing the CIB: ${attempts} attempts were overtaken`, { hint: 'run again when it is quiet' })
}

/** The CIB as the leader has it now, whatever was read before. */
export async function freshCib({ leader }: Scope): Promise<string> {
  const cib = await leader.readAgain(cibText)
  if (cib === undefined) throw new TaskError(`pacemaker does not answer on ${leader.name}`)
  return cib
}

/** The CIB may hold what ha-run must not correct; that is the admin's to decide, and no defect. */
export function understood<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof TaskError) throw error
    throw new TaskError((error as Error).message, { hint: 'make the inventory and the CIB agree about it: `crm configure edit`', cause: error })
  }
}

/** A change made in a minority would win over what the majority does meanwhile, once they meet again. */
async function refuseWithoutQuorum({ leader }: Scope): Promise<void> {
  const state = await leader.read(clusterState)
  if (state?.quorate) return
  throw new TaskError(`${leader.name} has no quorum: the CIB was not changed`, { hint: 'bring the other nodes back, then run again' })
}

/**
 * Reads, compares and patches in one frame. stdin holds the CIB that we saw, of so many bytes, and then the one that
 * we want.
 *
 * `crm_diff` writes the versions of its files into the patch, and `cibadmin --patch` wants the present one exactly,
 * num_updates included, and a higher epoch as the target's (cluster-facts C5); so both are written in here, and a
 * comment further down that looks like them stays. A status update that comes in between makes it say 103 ("too old"),
 * and then it is tried again.
 */
export function pushScript(version: string, bytes: number): string {
  return `set -e
umask 077; d=$(mktemp -d /run/ha-run.XXXXXX); ${atExit('rm -rf "$d"')}
head -c ${bytes} >"$d/seen.xml"; cat >"$d/wanted.xml"
code=0; crm_diff --original "$d/seen.xml" --new "$d/wanted.xml" >"$d/diff.xml" || code=$?
[ $code -le 1 ] || exit $code
for try in 1 2 3 4 5; do
  head=$(cibadmin -Q | head -n 1)
  admin_epoch=\${head##* admin_epoch=\\"} epoch=\${head##* epoch=\\"} num_updates=\${head##* num_updates=\\"}
  admin_epoch=\${admin_epoch%%\\"*} epoch=\${epoch%%\\"*} num_updates=\${num_updates%%\\"*}
  [ "$admin_epoch.$epoch" = '${version}' ] || exit ${moved}
  sed "0,/<\\/version>/s/<source [^>]*>/<source admin_epoch=\\"$admin_epoch\\" epoch=\\"$epoch\\" num_updates=\\"$num_updates\\"\\/>/
0,/<\\/version>/s/<target [^>]*>/<target admin_epoch=\\"$admin_epoch\\" epoch=\\"$((epoch + 1))\\" num_updates=\\"0\\"\\/>/" "$d/diff.xml" >"$d/patch.xml"
  code=0; cibadmin --patch --xml-file "$d/patch.xml" || code=$?
  [ $code = 103 ] || exit $code
done
exit ${moved}`
}
