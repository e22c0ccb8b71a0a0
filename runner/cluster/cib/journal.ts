import type { Family, Fact } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { versionOf, versionOrder } from './version.js'
import type { ClusterMember } from '../members.js'

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

/** Keeps what the CIB is and what it is to be, before it is changed: a run that is cut short is remembered too. */
export async function beginEntry(members: ClusterMember[], before: string, after: string): Promise<void> {
  await Promise.all(members.map(async ({ $ }) => $({ input: before + after }).script(beginScript(Buffer.byteLength(before)))))
}

/** Makes an entry of what was kept. @param version - of the CIB that came of it. */
export async function finishEntry(members: ClusterMember[], version: string, at: Date): Promise<void> {
  const name = `${version}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
  await Promise.all(members.map(async ({ $ }) => $.script(finishScript(name))))
}

/** The change was not made after all. */
export async function discardEntry(members: ClusterMember[]): Promise<void> {
  await Promise.all(members.map(async ({ $ }) => $`rm -rf -- ${unfinished}`))
}

/** @param bytes - of the CIB before, which stdin holds first. */
export function beginScript(bytes: number): string {
  return sh`set -e; umask 077
mkdir -p ${folder}; rm -rf ${unfinished}; mkdir ${unfinished}; cd ${unfinished}
head -c ${bytes} >before.xml; cat >after.xml; sync -f before.xml after.xml`
}

/**
 * Names order as versions do: GNU's `sort -V` takes each number as one. Entries above the present one are from before the
 * CIB was wiped, or from another cluster.
 */
export function finishScript(name: string): string {
  return sh`set -e; cd ${folder}
rm -rf ${name}; mv .unfinished ${name}; sync -f .
ls | sort -V | sed ${`0,/^${name.replaceAll('.', '\\.')}$/d`} | while read -r stray; do rm -rf -- "$stray"; done
ls | sort -V | head -n -${kept} | while read -r old; do rm -rf -- "$old"; done`
}

/** The last change that a node knows of; one that was cut short may or may not have come into the CIB. */
export const lastEntry: Fact<JournalEntry | undefined> = {
  family: {
    name: 'last change of the CIB',
    script: () => sh`cd ${folder} 2>/dev/null && for n in .unfinished "$(ls | sort -V | tail -n 1)"; do
[ -n "$n" ] && [ -f "$n/after.xml" ] && printf '%s\\0' "$n" && cat "$n/before.xml" && printf '\\0' && cat "$n/after.xml" && printf '\\0'
done; :`,
    parse({ stdout }) {
      const words = stdout.split('\0')
      const entries = [0, 3].flatMap(at => {
        const [name, before, after] = words.slice(at, at + 3)
        const shown = name === '.unfinished' ? unfinishedName(before ?? '') : name
        return shown && before && after ? [{ name: shown, before, after }] : []
      })
      return [latest(entries)] as (JournalEntry | Error)[]
    },
  } satisfies Family<JournalEntry | undefined>,
  argument: '',
}

/**
 * As the change would have been called: one version above what it began with. Undefined where that was not written in
 * full: the run was cut short before it changed anything.
 */
function unfinishedName(before: string): string | undefined {
  try {
    const [adminEpoch = 0, epoch = 0] = versionOf(before).split('.').map(Number)
    return `${adminEpoch}.${epoch + 1}-unfinished`
  } catch {
    return undefined
  }
}

/** The latest of what several nodes know: a node that was away has missed some. */
export function latest(entries: (JournalEntry | undefined)[]): JournalEntry | undefined {
  return entries.filter(entry => entry !== undefined).toSorted((one, other) => order(one) - order(other)).at(-1)
}

function order({ name }: JournalEntry): number {
  return versionOrder(name.split('-', 1)[0]!)
}
