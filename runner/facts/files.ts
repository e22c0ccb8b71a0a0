import { sh } from '../ssh/quote.js'
import { freshNonce } from '../ssh/frame.js'
import type { Fact, Family } from './fact.js'
import { CommandError } from '../ssh/outcome.js'

export interface FileState {
  /** As `stat` says it: `regular file`, `directory`, `symbolic link`. */
  type: string
  /** Octal, four digits: `0644`. */
  mode: string
  owner: string
  group: string
  /** SHA-256 in hexadecimal, of regular files. */
  hash?: string
}

const states: Family<FileState | undefined> = {
  name: 'state of files',
  // Only regular files are hashed: a pipe would be read for ever.
  script: paths => sh`stat --printf='%n\\0%F\\0%04a\\0%U\\0%G\\0' -- ${paths} 2>/dev/null
set --; for path in ${paths}; do [ -f "$path" ] && set -- "$@" "$path"; done
[ $# = 0 ] || sha256sum -z -- "$@" 2>/dev/null`,
  parse({ stdout }, paths) {
    const found = new Map<string, FileState>()
    const words = stdout.split('\0')
    while (words.length > 5 && !isHashLine(words[0]!)) {
      const [path, type, mode, owner, group] = words.splice(0, 5) as [string, string, string, string, string]
      found.set(path, { type: type.replace('regular empty file', 'regular file'), mode, owner, group })
    }
    for (const line of words.filter(isHashLine)) {
      const state = found.get(line.slice(66))
      if (state) state.hash = line.slice(0, 64)
    }
    return paths.map(path => found.get(path))
  },
}

function isHashLine(text: string): boolean {
  return /^[0-9a-f]{64} [ *]/.test(text)
}

/** Type, mode, owner and hash of a file; undefined where there is none. */
export function fileState(path: string): Fact<FileState | undefined> {
  return { family: states, argument: path }
}

const texts: Family<string | undefined> = {
  name: 'text of files',
  // The first line is a marker that no file can hold; it ends every text, together with how `cat` ended.
  script(paths) {
    const marker = freshNonce()
    const reads = paths.map(path => sh`if [ -e ${path} ]; then cat -- ${path}; code=$?; else code=absent; fi; printf '%s %s\\n' ${marker} $code`)
    return [`printf '%s\\n' ${marker}`, ...reads].join('\n')
  },
  parse(output, paths) {
    const [marker = ''] = output.stdout.split('\n', 1)
    const words = output.stdout.slice(marker.length + 1).split(new RegExp(`${marker} (\\w+)\n`))
    return paths.map((path, index) => {
      const code = words[index * 2 + 1]
      if (code === 'absent') return undefined
      return code === '0' ? words[index * 2] : new CommandError(sh`cat -- ${path}`, output, `cannot read ${path}`)
    })
  },
}

/** A text file's content; undefined where there is none. Bytes that are no UTF-8 come as U+FFFD. */
export function fileText(path: string): Fact<string | undefined> {
  return { family: texts, argument: path }
}
