import { shortened } from '../../runner/ui/text.js'
import { sha256 } from '../../runner/hash.js'
import { pidFile } from '../../runner/cluster/apache.js'
import { fact, type Fact } from '../../runner/facts/fact.js'

export const folder = '/etc/apache2'

export { pidFile }

/** Holds the hash of the configuration that ha-run had Apache load, and the id of that load. It is invalid after another load or a boot. */
export const noteFile = '/run/ha-run.apache2'

/** The id of a load, as a format of stat(1): the inode and the time of the pid file. */
export const loadIdFormat = '%i:%.9Y'

/** Apache's configuration on a node: the files on disk, and what the running process has loaded of them. */
export interface Configuration {
  /** SHA-256 by path below /etc/apache2, with links followed: what Apache would read now. */
  files: Map<string, string>
  /** The running process's last load, and the paths that changed after it; undefined if no process runs. */
  load: { id: string; changedSince: string[] } | undefined
  note: { hash: string; load: string } | undefined
}

/**
 * A path has changed after a load if its ctime is later than the pid file's time; a folder's ctime shows links that were made or
 * removed. Both times come from the node's clock, so their order is right even if the clock jumps forward later, as on a
 * Raspberry Pi that gets the time after its boot. A clock that was set back in between causes one needless reload, or hides a
 * change until the next one.
 */
export const apacheConfiguration: Fact<Configuration | undefined> = fact(
  'configuration of apache',
  `cd ${folder} 2>/dev/null || exit 0
load=; note=
{ read -r main <${pidFile} && read -r name <"/proc/$main/comm" && [ "$name" = apache2 ] && load=$(stat -c ${loadIdFormat} ${pidFile}); } 2>/dev/null
{ read -r note <${noteFile}; } 2>/dev/null
printf '%s\\0' "$load" "$note"
if [ -n "$load" ]; then set -- '(' -newercm ${pidFile} -printf 'changed %p\\0' -o -true ')'; else set --; fi
find -L . "$@" -type f -exec sha256sum -z {} + 2>/dev/null`,
  ({ stdout }) => parse(stdout),
)

function parse(stdout: string): Configuration | undefined {
  if (stdout === '') return undefined
  const [id = '', note = '', ...records] = stdout.split('\0')
  const files = new Map(
    records.filter(record => /^[0-9a-f]{64} /.test(record)).map(record => [record.slice(68), record.slice(0, 64)]),
  )
  const changed = records.filter(record => record.startsWith('changed ')).map(record => record.slice(10) || folder)
  const [hash = '', load = ''] = note.split(' ')
  return {
    files,
    load: id === '' ? undefined : { id, changedSince: changed.toSorted() },
    note: note === '' ? undefined : { hash, load },
  }
}

/** `envvars` is the environment of a new process: a reload does not read it. */
const notLoaded = 'envvars'

/** One hash of all that a load reads. */
export function hashOf({ files }: Configuration): string {
  return sha256(
    [...files]
      .filter(([path]) => path !== notLoaded)
      .map(([path, hash]) => `${hash}  ${path}\n`)
      .toSorted()
      .join(''),
  )
}

/**
 * Describes what the process has loaded, if that is not what is on disk; undefined if it is. A valid note decides, since
 * comparing contents is more reliable than comparing times.
 */
export function loadedConfiguration(configuration: Configuration): string | undefined {
  const { files, load, note } = configuration
  if (load === undefined) return undefined
  if (note?.load === load.id) return note.hash === hashOf(configuration) ? undefined : shortHash(note.hash)
  const changed = load.changedSince.filter(path => path !== notLoaded)
  if (changed.length === 0) return undefined
  // A file's name is more helpful than that of its folder.
  const changedFiles = changed.filter(path => files.has(path))
  return `as before ${shortened(changedFiles.length > 0 ? changedFiles : changed, { most: 4, shown: 4 })} changed`
}

export function shortHash(hash: string): string {
  return `sha256:${hash.slice(0, 12)}`
}

/** Names the files that differ between nodes, with nodes that agree in parentheses; undefined if none differs. */
export function configurationDifference(nodes: [name: string, configuration: Configuration][]): string | undefined {
  const paths = [...new Set(nodes.flatMap(([, { files }]) => [...files.keys()]))].toSorted()
  const differing = paths.filter(path => new Set(nodes.map(([, { files }]) => files.get(path))).size > 1)
  if (differing.length === 0) return undefined
  const hashes = ({ files }: Configuration) => differing.map(path => files.get(path)).join()
  const variants = [...new Set(nodes.map(([, one]) => hashes(one)))]
  const groups = variants
    .map(variant => nodes.filter(([, one]) => hashes(one) === variant).map(([name]) => name))
    .map(names => (names.length === 1 ? names[0] : `(${names.join(', ')})`))
  return `${shortened(differing, { most: 4, shown: 4 })} in ${folder} ${differing.length === 1 ? 'differs' : 'differ'} between ${groups.join(' and ')}`
}
