import { fact, type Fact } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { reachable, type ClusterMember } from '../members.js'
import { cibText } from '../pacemaker/facts.js'
import { versionOf, versionOrder } from './version.js'

/**
 * What a node keeps on disk. After one write of the CIB has failed, Pacemaker writes none any more, also when there is room again:
 * until it restarts, the changes are in its memory only (docs/facts.md, CIB).
 */

const cibFile = '/var/lib/pacemaker/cib/cib.xml'

/** Pacemaker writes a new CIB beside the old one, and Corosync the id of each ring. */
const directories = ['/var/lib/pacemaker/cib', '/etc/corosync', '/var/lib/corosync']

export interface Directory {
  path: string
  isReadOnly: boolean
  /** For users other than root: Pacemaker writes as hacluster. */
  freeBytes: number
  /** Undefined if the file system has no limit. */
  freeInodes: number | undefined
}

export interface NodeStorage {
  /** Those that exist. */
  directories: Directory[]
  /** The version of the CIB on disk; undefined if there is none. */
  cibVersion: string | undefined
}

/** Starts one process: the rest is built into the shell. For root, a directory is not writable if its mount is read-only. */
export const nodeStorage: Fact<NodeStorage> = fact(
  'storage',
  sh`{ read -r first; read -r second; } 2>/dev/null <${cibFile}; printf '%s\\n%s\\n' "$first" "$second"
for path in ${directories}; do [ -w "$path" ] || [ ! -e "$path" ] || printf 'ro %s\\n' "$path"; done
stat -f -c 'fs %a %S %d %c %n' ${directories} 2>/dev/null`,
  ({ stdout }) => parseStorage(stdout),
)

export function parseStorage(text: string): NodeStorage {
  const lines = text.split('\n')
  const root = lines.slice(0, 2).find(line => line.startsWith('<cib '))
  const readOnly = lines.flatMap(line => (line.startsWith('ro ') ? line.slice(3) : []))
  return {
    // The line is the start tag of the root element.
    cibVersion: root === undefined ? undefined : versionOf(`${root.replace(/\/?>$/, '')}/>`),
    directories: lines.flatMap(line => {
      const [kind, blocks, size, freeInodes, inodes, ...path] = line.split(' ')
      if (kind !== 'fs') return []
      return {
        path: path.join(' '),
        isReadOnly: readOnly.includes(path.join(' ')),
        freeBytes: Number(blocks) * Number(size),
        freeInodes: Number(inodes) > 0 ? Number(freeInodes) : undefined,
      }
    }),
  }
}

const mebibyte = 2 ** 20

/** Too little for several versions of a large CIB and its signature. */
const minimum = { bytes: mebibyte, inodes: 16 }

/** So little that the minimum may be near. */
const scarce = { bytes: 16 * mebibyte, inodes: 256 }

/** Why nothing can be written: `/etc/corosync is mounted read-only`. */
export function storageFaults({ directories: all }: NodeStorage): string[] {
  return [
    ...describe(all, ({ isReadOnly }) => isReadOnly, 'mounted read-only'),
    ...describe(
      all,
      ({ isReadOnly, freeBytes }) => !isReadOnly && freeBytes < minimum.bytes,
      'full: less than 1 MiB is free',
    ),
    ...describe(all, each => !each.isReadOnly && inodesOf(each) < minimum.inodes, 'full: no inodes are free'),
  ]
}

/** What will soon be full. */
export function storageWarnings({ directories: all }: NodeStorage): string[] {
  const isScarce = (each: Directory) =>
    !each.isReadOnly &&
    (each.freeBytes < scarce.bytes || inodesOf(each) < scarce.inodes) &&
    each.freeBytes >= minimum.bytes &&
    inodesOf(each) >= minimum.inodes
  return describe(all, isScarce, 'almost full: less than 16 MiB or 256 inodes are free')
}

function inodesOf({ freeInodes = Infinity }: Directory): number {
  return freeInodes
}

function describe(all: Directory[], test: (directory: Directory) => boolean, text: string): string[] {
  const paths = all.filter(test).map(({ path }) => path)
  return paths.length === 0 ? [] : [`${paths.join(', ')} ${paths.length === 1 ? 'is' : 'are'} ${text}`]
}

/** A node with a CIB in memory that is newer than the one on its disk. */
export interface Unwritten {
  onDisk: string | undefined
  inMemory: string
}

/** The CIB on disk may be newer than the one in memory: the two are read one after the other. */
export function unwrittenCib({ cibVersion: onDisk }: NodeStorage, cib: string): Unwritten | undefined {
  const inMemory = versionOf(cib)
  return onDisk === undefined || versionOrder(onDisk) < versionOrder(inMemory) ? { onDisk, inMemory } : undefined
}

/** The storage of each node that can be reached. A Pacemaker that does not answer has nothing in memory. */
export async function storageOn(
  members: ClusterMember[],
): Promise<{ member: ClusterMember; storage: NodeStorage; unwritten: Unwritten | undefined }[]> {
  return Promise.all(
    reachable(members).map(async member => {
      const [cib, storage] = await Promise.all([member.read(cibText), member.read(nodeStorage)])
      return { member, storage, unwritten: cib === undefined ? undefined : unwrittenCib(storage, cib) }
    }),
  )
}
