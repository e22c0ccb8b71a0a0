import { readdirSync, readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import type { ProcessOutput } from 'zx/core'
import { readNode, type NodeReading } from '../../../runner/cluster/import/reading.js'
import type { Fact } from '../../../runner/facts/fact.js'

/** Clusters as their nodes' tools print them, and the inventory that comes of it. */

const root = new URL('../../../../test/cases/import/', import.meta.url)

/** What the tools print on one node; left out where they fail. */
export interface RecordedNode {
  /** As typed. */
  host: string
  user?: string
  /** `corosync-cmapctl`, without its statistics. */
  cmap?: string
  /** `corosync-quorumtool -s`. */
  quorum?: string
  /** `crm_mon -1 --output-as=xml`. */
  state?: string
  /** `cibadmin -Q`, without its status. */
  cib?: string
  /** corosync.conf. */
  conf?: string
  /** `ip -o addr show`. */
  addresses?: string
}

export interface Case {
  about: string
  nodes: RecordedNode[]
  /** The inventory, or the error that says why there is none. */
  expected?: string
  error?: string
}

export function cases(): [name: string, data: Case][] {
  return readdirSync(root)
    .filter(file => file.endsWith('.yml'))
    .toSorted()
    .map(file => [file.replace(/\.yml$/, ''), load(readFileSync(new URL(file, root), 'utf8')) as Case])
}

/** The node as `ha-run import` reads it. */
export async function readRecorded(node: RecordedNode): Promise<NodeReading> {
  const printed: Record<string, string | undefined> = {
    'corosync-cmapctl': node.cmap,
    'corosync-quorumtool -s': node.quorum,
    crm_mon: node.state,
    'cibadmin -Q': node.cib,
    'ip -o addr show': node.addresses ?? '',
  }
  return readNode(node.host, node.user, async <T>({ family, argument }: Fact<T>) => {
    if (family.name === 'text of files') return node.conf as T
    const stdout = printed[family.name]
    const [value] = family.parse(
      { stdout: stdout ?? '', stderr: '', exitCode: stdout === undefined ? 1 : 0 } as ProcessOutput,
      [argument],
    )
    if (value instanceof Error) throw value
    return value as T
  })
}
