import { TaskError } from '../errors.js'
import { parseCorosyncConf, type Section } from './corosync-conf.js'
import type { CmapValue } from './cmap.js'
import { confPath } from './corosync-files.js'
import { flatten } from './corosync-keys.js'
import type { Cluster } from './declaration.js'
import { withSettings } from './conf-edit.js'
import { inForceValue, sameValue } from './key-differences.js'
import { keptOfAll } from './kept-conf.js'
import { readConf } from './loaded.js'
import { isDebianDefault, resolveNodeIds } from './node-ids.js'
import { corosyncConf } from './written-conf.js'

/**
 * The declared file, with the node ids that the nodes' own files have, and what else in them nobody can declare.
 *
 * @throws TaskError where the files contradict each other, or name other members than the inventory.
 */
export function wantedConf(cluster: Cluster, texts: [node: string, text: string | undefined][]): string {
  const confs = new Map(texts.map(([node, text]) => [node, readable(text)]))
  const { ids, missing, foreign, kept } = resolved(cluster.nodes.map(({ name }) => name), confs)
  const changes = [...missing.map(name => `${name} is new`), ...foreign.map(name => `${name} is not in the inventory`)]
  if (changes.length > 0) {
    throw new TaskError(`the members of a formed cluster would change: ${changes.join(', ')}`, {
      hint: 'ha-run does not add or remove members yet: make the inventory say who they are, or do it by hand',
    })
  }
  return corosyncConf(cluster, ids, kept)
}

/**
 * The file of a cluster that somebody else has built, with the declared values in it and all else as it is. A value that is
 * in force without standing there need not be written.
 *
 * @param keys - what a node's Corosync runs with; undefined where none answers.
 * @throws TaskError where the nodes do not have the same file, or Corosync could not read it.
 */
export function editedConf({ explicit }: Cluster, texts: [node: string, text: string | undefined][], keys: Map<string, CmapValue> | undefined): string {
  const [first, ...others] = texts
  const other = others.find(([, text]) => text !== first?.[1])
  if (first?.[1] === undefined || other) {
    throw new TaskError(`${confPath} is not the same on ${first?.[0]} and ${other?.[0] ?? 'the others'}, and somebody else has written it`, { hint: 'make it the same on all nodes, then run again' })
  }
  const file = flatten(readConf(first[1], first[0]))
  const isWanted = (setting: string, value: string) => file.has(setting) || (keys !== undefined && !sameValue(inForceValue(setting, keys), value))
  return withSettings(first[1], Object.fromEntries(Object.entries(explicit.corosync).filter(([setting, value]) => isWanted(setting, value))))
}

function resolved(names: string[], confs: Map<string, Section | undefined>) {
  try {
    const ours = new Map([...confs].filter(([, conf]) => conf && !isDebianDefault(conf)))
    return { ...resolveNodeIds(names, confs), kept: keptOfAll(ours) }
  } catch (error) {
    throw new TaskError((error as Error).message, { hint: `make ${confPath} say the same on all nodes, then run again`, cause: error })
  }
}

/** A file that Corosync itself could not read has no say; it is replaced like any other wrong one. */
function readable(text: string | undefined): Section | undefined {
  try {
    return text === undefined ? undefined : parseCorosyncConf(text)
  } catch {
    return undefined
  }
}
