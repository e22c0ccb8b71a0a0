import { TaskError } from '../../errors.js'
import { parseCorosyncConf, type Section } from './conf.js'
import { classify } from './change-class.js'
import type { CmapValue } from './cmap.js'
import { confPath } from './files.js'
import { flatten } from './settings.js'
import type { Cluster } from '../declaration/declaration.js'
import { withSettings } from './conf-edit.js'
import { inForceValue, sameValue } from './setting-differences.js'
import { keptOfAll } from './kept-conf.js'
import { readConf } from './state.js'
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
 * @throws TaskError for a value that ha-run does not change there.
 * @throws TaskError where the nodes do not have the same file, or Corosync could not read it.
 */
export function editedConf({ explicit }: Cluster, texts: [node: string, text: string | undefined][], keys: Map<string, CmapValue> | undefined): string {
  const [first, ...others] = texts
  const other = others.find(([, text]) => text !== first?.[1])
  if (first?.[1] === undefined || other) {
    throw new TaskError(`${confPath} is not the same on ${first?.[0]} and ${other?.[0] ?? 'the others'}, and somebody else has written it`, { hint: 'make it the same on all nodes, then run again' })
  }
  const file = flatten(readConf(first[1], first[0]))
  const refused = keys === undefined ? [] : Object.entries(explicit.corosync).filter(([setting, value]) => !isChangeable(setting) && !sameValue(inForceValue(setting, keys), value))
  if (refused.length > 0) {
    throw new TaskError(`${refused.map(([setting, value]) => `${setting} is declared as ${value} and runs as ${inForceValue(setting, keys!) ?? '(not set)'}`).join(', ')}, and ha-run does not change that on a cluster that it has not built`, { hint: 'declare what runs, or leave it out' })
  }
  if (/\uFFFD/.test(first[1])) throw new TaskError(`${confPath} is no UTF-8 text, and would not come back as it is`, { hint: 'convert it by hand (`iconv`), then run again' })
  const isWanted = (setting: string, value: string) => file.has(setting) || (keys !== undefined && !sameValue(inForceValue(setting, keys), value))
  return withSettings(first[1], Object.fromEntries(Object.entries(explicit.corosync).filter(([setting, value]) => isChangeable(setting) && isWanted(setting, value))))
}

/**
 * Whether ha-run changes that setting of a cluster that somebody else has built: timers of totem and the log, which a reload
 * applies with every Corosync 3, and which take nothing away from anybody.
 */
export function isChangeable(setting: string): boolean {
  return /^(totem|logging)\./.test(setting) && classify({ subject: setting, from: undefined, to: undefined }, { version: undefined, steadyLink: false }).class === 'live reload'
}

function resolved(names: string[], confs: Map<string, Section | undefined>) {
  try {
    const ours = new Map([...confs].filter(([, conf]) => conf && !isDebianDefault(conf)))
    return { ...resolveNodeIds(names, confs), kept: keptOfAll(ours) }
  } catch (error) {
    throw new TaskError((error as Error).message, { hint: `correct ${confPath} on the nodes, then run again`, cause: error })
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
