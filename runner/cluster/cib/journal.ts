import type { Family, Fact } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { versionOf, versionOrder } from './version.js'
import type { ClusterMember } from '../members.js'

/**
 * The CIB before and after each change that ha-run made, recorded on the nodes, so that `ha-run rollback` works from any admin
 * machine and as long as one node is left. Only root can read the folder: a CIB may contain passwords.
 */

const folder = '/var/lib/ha-run/cib'
const unfinished = `${folder}/.unfinished`

const maxEntries = 20

export interface JournalEntry {
  /** The version of the configuration after the change, and the time: `0.12-20261122T101500Z`. */
  name: string
  before: string
  after: string
}

/** Records the present and the wanted CIB before the change, so that the change of an interrupted run is recorded too. */
export async function beginEntry(members: ClusterMember[], before: string, after: string): Promise<void> {
  await Promise.all(
    members.map(
      async ({ $ }) => $({ input: before + after })`set -e; umask 077
mkdir -p ${folder}; rm -rf ${unfinished}; mkdir ${unfinished}; cd ${unfinished}
head -c ${Buffer.byteLength(before)} >before.xml; cat >after.xml; sync -f before.xml after.xml`,
    ),
  )
}

/**
 * Completes the entry. `sort -V` orders the names as versions. Entries above the present one are removed: they are from before
 * the CIB was wiped, or from another cluster.
 *
 * @param version - of the CIB after the change.
 */
export async function finishEntry(members: ClusterMember[], version: string, at: Date): Promise<void> {
  const name = `${version}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
  await Promise.all(
    members.map(
      async ({ $ }) => $`set -e; cd ${folder}
rm -rf ${name}; mv .unfinished ${name}; sync -f .
ls | sort -V | sed ${`0,/^${name.replaceAll('.', '\\.')}$/d`} | while read -r stray; do rm -rf -- "$stray"; done
ls | sort -V | head -n -${maxEntries} | while read -r old; do rm -rf -- "$old"; done`,
    ),
  )
}

/** Removes the entry of a change that was not made. */
export async function discardEntry(members: ClusterMember[]): Promise<void> {
  await Promise.all(members.map(async ({ $ }) => $`rm -rf -- ${unfinished}`))
}

/** The last change that a node has recorded. The change of an interrupted run may or may not be in the CIB. */
export const lastEntry: Fact<JournalEntry | undefined> = {
  family: {
    name: 'last change of the CIB',
    script: () => sh`cd ${folder} 2>/dev/null && for n in .unfinished "$(ls | sort -V | tail -n 1)"; do
[ -n "$n" ] && [ -f "$n/after.xml" ] && printf '%s\\0' "$n" && cat "$n/before.xml" && printf '\\0' && cat "$n/after.xml" && printf '\\0'
done; :`,
    parse({ stdout }) {
      const fields = stdout.split('\0')
      const entries = [0, 3].flatMap(at => {
        const [name, before, after] = fields.slice(at, at + 3)
        const entryName = name === '.unfinished' ? unfinishedName(before ?? '') : name
        return entryName && before && after ? [{ name: entryName, before, after }] : []
      })
      return [latest(entries)] as (JournalEntry | Error)[]
    },
  } satisfies Family<JournalEntry | undefined>,
  argument: '',
}

/**
 * The name that the entry would have: one version above the CIB before the change. Undefined if that CIB is incomplete, since
 * then the run was interrupted before it changed anything.
 */
function unfinishedName(before: string): string | undefined {
  try {
    const [adminEpoch = 0, epoch = 0] = versionOf(before).split('.').map(Number)
    return `${adminEpoch}.${epoch + 1}-unfinished`
  } catch {
    return undefined
  }
}

/** The latest entry of several nodes: a node that was unreachable has not recorded all changes. */
export function latest(entries: (JournalEntry | undefined)[]): JournalEntry | undefined {
  return entries
    .filter(entry => entry !== undefined)
    .toSorted((one, other) => order(one) - order(other))
    .at(-1)
}

function order({ name }: JournalEntry): number {
  return versionOrder(name.split('-', 1)[0]!)
}
