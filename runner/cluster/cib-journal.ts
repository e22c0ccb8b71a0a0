import type { Family, Fact } from '../facts/fact.js'
import { sh } from '../transport/quote.js'
import { versionOf } from './cib-version.js'
import type { ClusterMember } from './members.js'

/**
 * The CIB before and after each change that ha-run made, kept on the nodes, so that `ha-run rollback` works from any
 * admin machine and as long as one node is left. The folder is root's alone: a CIB may hold passwords.
 */

const folder = '/var/lib/ha-run/cib'
const unfinished = `${folder}/.unfinished`

/** So many changes are kept. */
const kept = 20

export interface JournalEntry {
  /** The configuration version that the change led to, and when: `0.12-20261122T101500Z`. */
  name: string
  before: string
  after: string
}

/** Keeps the CIB as it is, before it is changed. */
export async function keepBefore(members: ClusterMember[], cib: string): Promise<void> {
  await Promise.all(members.map(async ({ $ }) => $({ input: cib }).script(beforeScript)))
}

/** Makes an entry of what was kept and of what came of it. */
export async function keepAfter(members: ClusterMember[], cib: string, at: Date): Promise<void> {
  const name = `${versionOf(cib)}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
  await Promise.all(members.map(async ({ $ }) => $({ input: cib }).script(afterScript(name))))
}

export const beforeScript = sh`set -e; umask 077
mkdir -p ${folder}; rm -rf ${unfinished}; mkdir ${unfinished}
cat >${`${unfinished}/before.xml`}`

/** Names order as versions do: GNU's `sort -V` takes each number as one. */
export function afterScript(name: string): string {
  return sh`set -e; umask 077; cd ${folder}
cat >.unfinished/after.xml; sync -f .unfinished/before.xml .unfinished/after.xml
rm -rf ${name}; mv .unfinished ${name}; sync -f .
ls | sort -V | head -n -${kept} | while read -r old; do rm -rf -- "$old"; done`
}

/** The last change that a node knows of. */
export const lastEntry: Fact<JournalEntry | undefined> = {
  family: {
    name: 'last change of the CIB',
    script: () => sh`cd ${folder} 2>/dev/null && n=$(ls | sort -V | tail -n 1) && [ -n "$n" ] && printf '%s\\0' "$n" && cat "$n/before.xml" && printf '\\0' && cat "$n/after.xml"`,
    parse({ stdout }) {
      const [name, before, after] = stdout.split('\0')
      return [name && before && after ? { name, before, after } : undefined] as (JournalEntry | Error)[]
    },
  } satisfies Family<JournalEntry | undefined>,
  argument: '',
}

/** The latest of what several nodes know: a node that was away has missed some. */
export function latest(entries: (JournalEntry | undefined)[]): JournalEntry | undefined {
  return entries.filter(entry => entry !== undefined).toSorted((one, other) => order(one) - order(other)).at(-1)
}

/** Epochs stay far below a million; admin_epoch is raised by hand only. */
function order({ name }: JournalEntry): number {
  const [adminEpoch = 0, epoch = 0] = name.split('-', 1)[0]!.split('.').map(Number)
  return adminEpoch * 1e9 + epoch
}
