import { sha256 } from '../../runner/tasks/file.js'
import { pidFile } from '../../runner/cluster/apache.js'
import { fact, type Fact } from '../../runner/facts/fact.js'

export const folder = '/etc/apache2'

export { pidFile }

/** The hash that ha-run had Apache load, and which load that was. After another load, or a boot, it speaks of nothing. */
export const noteFile = '/run/ha-run.apache2'

/** Prints what tells a load from others: the inode and the time of the pid file. */
export const loadId = `stat -c %i:%.9Y ${pidFile}`

/** Apache's configuration on a node: what is on disk, and what the running process has of it. */
export interface Configuration {
  /** SHA-256 by path below /etc/apache2, links followed: what Apache would read now. */
  files: Map<string, string>
  /** The running process's last load, and what changed after it; undefined where no process runs. */
  load: { id: string; changedSince: string[] } | undefined
  note: { hash: string; load: string } | undefined
}

/**
 * What changed after a load is found by comparing ctimes (a folder's tells of links made and removed) with the pid
 * file's time. Both are the node's clock of that moment, so their order holds although the clock jumps forward
 * afterwards, as on a Raspberry Pi that hears the time after its boot. A clock that was set back in between costs one
 * reload too many, or hides a change until the next one.
 */
export const configuration: Fact<Configuration | undefined> = fact('configuration of apache', `cd ${folder} 2>/dev/null || exit 0
load=; note=
{ read -r main <${pidFile} && read -r name <"/proc/$main/comm" && [ "$name" = apache2 ] && load=$(${loadId}); } 2>/dev/null
{ read -r note <${noteFile}; } 2>/dev/null
printf '%s\\0' "$load" "$note"
if [ -n "$load" ]; then set -- '(' -newercm ${pidFile} -printf 'changed %p\\0' -o -true ')'; else set --; fi
find -L . "$@" -type f -exec sha256sum -z {} + 2>/dev/null`, ({ stdout }) => parse(stdout))

function parse(stdout: string): Configuration | undefined {
  if (stdout === '') return undefined
  const [id = '', note = '', ...records] = stdout.split('\0')
  const files = new Map(records.filter(record => /^[0-9a-f]{64} /.test(record)).map(record => [record.slice(68), record.slice(0, 64)]))
  const changed = records.filter(record => record.startsWith('changed ')).map(record => record.slice(10) || folder)
  const [hash = '', load = ''] = note.split(' ')
  return { files, load: id === '' ? undefined : { id, changedSince: changed.toSorted() }, note: note === '' ? undefined : { hash, load } }
}

/** `envvars` makes the environment of a process that is started: a reload takes no notice of it. */
const notLoaded = 'envvars'

/** One hash for all that a load reads. */
export function hashOf({ files }: Configuration): string {
  return sha256([...files].filter(([path]) => path !== notLoaded).map(([path, hash]) => `${hash}  ${path}\n`).toSorted().join(''))
}

/**
 * What the process runs with, in words, where that is not what is on disk; undefined where it is.
 * The note decides where it speaks of the last load, since contents can be told apart better than times.
 */
export function olderThanDisk(configuration: Configuration): string | undefined {
  const { files, load, note } = configuration
  if (load === undefined) return undefined
  if (note?.load === load.id) return note.hash === hashOf(configuration) ? undefined : shortHash(note.hash)
  const changed = load.changedSince.filter(path => path !== notLoaded)
  if (changed.length === 0) return undefined
  // A file's own name says more than that of the folder it was written in.
  const named = changed.filter(path => files.has(path))
  return `as before ${few(named.length > 0 ? named : changed)} changed`
}

export function shortHash(hash: string): string {
  return `sha256:${hash.slice(0, 12)}`
}

/** Files that are not the same on all nodes, as a sentence; undefined where all are. */
export function differenceBetween(nodes: [name: string, configuration: Configuration][]): string | undefined {
  const paths = [...new Set(nodes.flatMap(([, { files }]) => [...files.keys()]))].toSorted()
  const differing = paths.filter(path => new Set(nodes.map(([, { files }]) => files.get(path))).size > 1)
  if (differing.length === 0) return undefined
  const state = ({ files }: Configuration) => differing.map(path => files.get(path)).join()
  const variants = [...new Set(nodes.map(([, one]) => state(one)))]
  const names = variants.map(variant => nodes.filter(([, one]) => state(one) === variant).map(([name]) => name).join(', '))
  return `${few(differing)} in ${folder} ${differing.length === 1 ? 'is' : 'are'} not the same on ${names.join(' and on ')}`
}

function few(names: string[], most = 4): string {
  return names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ')
}
