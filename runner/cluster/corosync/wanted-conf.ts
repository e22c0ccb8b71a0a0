import { TaskError } from '../../errors.js'
import { parseCorosyncConf, type Section } from './conf.js'
import { classify } from './change-class.js'
import type { Cmap } from './cmap.js'
import { confPath } from './files.js'
import { flatten } from './settings.js'
import type { Cluster } from '../declaration/declaration.js'
import { withSettings } from './conf-edit.js'
import { inForceValue, sameValue } from './setting-differences.js'
import { commonUndeclaredParts } from './undeclared-parts.js'
import { readConf } from './state.js'
import { isDebianDefault, resolveNodeIds } from './node-ids.js'
import { corosyncConf } from './written-conf.js'

/**
 * The corosync.conf that a managed cluster should have: the declared settings, the node ids of the nodes' own files,
 * and the parts of those files that an inventory cannot declare.
 *
 * @throws TaskError if the files contradict each other or name other nodes than the inventory.
 */
export function wantedConf(cluster: Cluster, texts: [node: string, text: string | undefined][]): string {
  const confs = new Map(texts.map(([node, text]) => [node, readable(text)]))
  const { ids, missing, unknown, undeclared } = resolve(
    cluster.nodes.map(({ name }) => name),
    confs,
  )
  const changes = [...missing.map(name => `${name} is new`), ...unknown.map(name => `${name} is not in the inventory`)]
  if (changes.length > 0) {
    throw new TaskError(`the members of a formed cluster would change: ${changes.join(', ')}`, {
      hint: 'ha-run does not add or remove members yet: list exactly these members in the inventory, or change the members by hand',
    })
  }
  return corosyncConf(cluster, ids, undeclared)
}

/**
 * The corosync.conf that a foreign cluster should have: its own file with the declared values in it. A declared value
 * that is in force although the file does not set it is not added.
 *
 * @param cmap - what a node's Corosync runs with; undefined if none answers.
 * @throws TaskError for a declared value that ha-run does not change on a foreign cluster.
 * @throws TaskError if the nodes' files differ, or if Corosync could not read them.
 */
export function editedConf(
  { explicit }: Cluster,
  texts: [node: string, text: string | undefined][],
  cmap: Cmap | undefined,
): string {
  const [first, ...others] = texts
  const other = others.find(([, text]) => text !== first?.[1])
  if (first?.[1] === undefined || other) {
    throw new TaskError(
      `${confPath} is not the same on ${first?.[0]} and ${other?.[0] ?? 'the others'}, and somebody else wrote it`,
      {
        hint: 'make it the same on all nodes, then run again',
      },
    )
  }
  const file = flatten(readConf(first[1], first[0]))
  const refused =
    cmap === undefined
      ? []
      : Object.entries(explicit.corosync).filter(
          ([setting, value]) => !isChangeable(setting) && !sameValue(inForceValue(setting, cmap), value),
        )
  if (refused.length > 0) {
    const values = refused.map(
      ([setting, value]) =>
        `${setting} is declared as ${value} and runs as ${inForceValue(setting, cmap!) ?? '(not set)'}`,
    )
    throw new TaskError(`${values.join(', ')}, and ha-run does not change that on a cluster that it has not built`, {
      hint: 'declare the value that runs, or leave the setting out',
    })
  }
  if (/\uFFFD/.test(first[1]))
    throw new TaskError(`${confPath} is not UTF-8 text, so ha-run cannot write it back unchanged`, {
      hint: 'convert it by hand (`iconv`), then run again',
    })
  const isWanted = (setting: string, value: string) =>
    file.has(setting) || (cmap !== undefined && !sameValue(inForceValue(setting, cmap), value))
  return withSettings(
    first[1],
    Object.fromEntries(
      Object.entries(explicit.corosync).filter(([setting, value]) => isChangeable(setting) && isWanted(setting, value)),
    ),
  )
}

/**
 * Whether ha-run changes this setting of a foreign cluster: only totem timers and logging, which a reload applies in
 * every Corosync 3 and which do not weaken the cluster.
 */
export function isChangeable(setting: string): boolean {
  return (
    /^(totem|logging)\./.test(setting) &&
    classify({ subject: setting, from: undefined, to: undefined }, { version: undefined, hasUnchangedLink: false })
      .class === 'live reload'
  )
}

function resolve(names: string[], confs: Map<string, Section | undefined>) {
  try {
    const builtConfs = new Map([...confs].filter(([, conf]) => conf && !isDebianDefault(conf)))
    return { ...resolveNodeIds(names, confs), undeclared: commonUndeclaredParts(builtConfs) }
  } catch (error) {
    throw new TaskError((error as Error).message, {
      hint: `correct ${confPath} on the nodes, then run again`,
      cause: error,
    })
  }
}

/** Undefined for a file that Corosync itself could not read: it is ignored, and replaced like any other wrong file. */
function readable(text: string | undefined): Section | undefined {
  try {
    return text === undefined ? undefined : parseCorosyncConf(text)
  } catch {
    return undefined
  }
}
