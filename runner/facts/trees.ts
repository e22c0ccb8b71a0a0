import { sh } from '../ssh/quote.js'
import type { Fact, Family } from './fact.js'

/** Files and folders as a whole: what is compared between nodes. */

/** What one node has at a path. */
export type Tree =
  | { kind: 'absent' }
  /** It has more files or bytes than are read, or reading takes too long. */
  | { kind: 'too large'; files: number; bytes: number }
  | { kind: 'too slow' }
  | Hashed

export interface Hashed {
  kind: 'hashed'
  /** SHA-256 over the paths, the files' own hashes and the targets of links, in hexadecimal. */
  hash: string
  files: number
  /** When a file was last changed, in seconds since 1970; 0 if there is none. */
  newest: number
}

/** A Raspberry Pi reads this much in about a second. */
const limits = { files: 5000, bytes: 64 * 1024 * 1024, seconds: 20 }

/**
 * Lists regular files and symbolic links below `$path`, which may itself be a link: the certificate of a service often is one. Other
 * file systems that are mounted below are not entered. The functions run in the folder of the path.
 */
const listing = sh`export LC_ALL=C
enter() { if [ -d "$path" ]; then cd -- "$path" && root=.; else cd -- "$(dirname -- "$path")" && root=./$(basename -- "$path"); fi; }
find_files() { find -H "$root" -xdev -type f "$@"; }
hashes() { find_files -print0 | sort -z | xargs -0 -r sha256sum -z --; find -H "$root" -xdev -type l -printf 'link to %l  %p\\0' | sort -z; }`

/** Ends it with its time limit. Its stderr has the names of files that cannot be read, which have no hash then. */
const limited = (script: string, path: string) =>
  sh`timeout -k 1 ${limits.seconds} sh -c ${`path=$1\n${listing}\n${script}`} sh ${path} 2>/dev/null`

const digestScript = `[ -e "$path" ] || { echo absent; exit; }
enter || exit
counts=$(find_files -printf '%s %T@\\n' | awk '{ n++; bytes += $1; if ($2 > newest) newest = $2 } END { printf "%d %.0f %.0f", n, bytes, newest }')
set -- $counts
if [ "$1" -gt ${limits.files} ] || [ "$2" -gt ${limits.bytes} ]; then echo "large $1 $2"; exit; fi
echo "hashed $1 $3 $(hashes | sha256sum | cut -d ' ' -f 1)"`

const trees: Family<Tree> = {
  name: 'content of paths',
  script: paths => paths.map(path => `${limited(digestScript, path)} || echo slow`).join('\n'),
  waits: true,
  parse: ({ stdout }, paths) => {
    const lines = stdout.split('\n')
    return paths.map((path, at) => treeIn(lines[at] ?? '') ?? new Error(`no answer about ${path}`))
  },
}

function treeIn(line: string): Tree | undefined {
  const [kind, first, second, hash] = line.split(' ')
  switch (kind) {
    case 'absent':
      return { kind: 'absent' }
    case 'slow':
      return { kind: 'too slow' }
    case 'large':
      return { kind: 'too large', files: Number(first), bytes: Number(second) }
    case 'hashed':
      return hash === undefined ? undefined : { kind: 'hashed', hash, files: Number(first), newest: Number(second) }
    default:
      return undefined
  }
}

/** The whole of what stands at a path: a file, or a folder with all that is in it. */
export function tree(path: string): Fact<Tree> {
  return { family: trees, argument: path }
}

const listings: Family<Map<string, string>> = {
  name: 'files below paths',
  script: paths => paths.map(path => `${limited('enter && hashes', path)}; printf '\\0'`).join('\n'),
  waits: true,
  parse: ({ stdout }, paths) => {
    // Each list ends with an empty entry, since each entry ends with NUL.
    const lists = stdout.split(/(?<=^|\0)\0/)
    return paths.map((_, at) => new Map((lists[at] ?? '').split('\0').flatMap(entryIn)))
  },
}

/** `HASH  ./path` or `link to TARGET  ./path` */
function entryIn(line: string): [path: string, content: string][] {
  const [, content, path] = /^([0-9a-f]{64}|link to .*?) [ *](?:\.\/)?(.*)$/s.exec(line) ?? []
  return content === undefined || path === undefined ? [] : [[path, content]]
}

/** The files and links at or below a path, with the hash of each or its target. */
export function treeListing(path: string): Fact<Map<string, string>> {
  return { family: listings, argument: path }
}
