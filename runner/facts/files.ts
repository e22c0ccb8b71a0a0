import { sh } from '../ssh/quote.js'
import { freshNonce, isNonce } from '../ssh/frame.js'
import type { Fact, Family } from './fact.js'
import { CommandError } from '../ssh/outcome.js'

export interface FileState {
  /** As `stat` prints it: `regular file`, `directory`, `symbolic link`. */
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
  // Only regular files are hashed: reading a pipe would never end.
  script: paths => sh`stat --printf='%n\\0%F\\0%04a\\0%U\\0%G\\0' -- ${paths} 2>/dev/null
set --; for path in ${paths}; do [ -f "$path" ] && set -- "$@" "$path"; done
[ $# = 0 ] || sha256sum -z -- "$@" 2>/dev/null`,
  parse({ stdout }, paths) {
    const states = new Map<string, FileState>()
    const fields = stdout.split('\0')
    let at = 0
    for (; fields.length - at > 5 && !isHashLine(fields[at]!); at += 5) {
      const [path = '', type = '', mode = '', owner = '', group = ''] = fields.slice(at, at + 5)
      states.set(path, { type: type.replace('regular empty file', 'regular file'), mode, owner, group })
    }
    for (const line of fields.slice(at).filter(isHashLine)) {
      const state = states.get(line.slice(66))
      if (state) state.hash = line.slice(0, 64)
    }
    return paths.map(path => states.get(path))
  },
}

function isHashLine(text: string): boolean {
  return /^[0-9a-f]{64} [ *]/.test(text)
}

/** Type, mode, owner and hash of a file; undefined if there is none. */
export function fileState(path: string): Fact<FileState | undefined> {
  return { family: states, argument: path }
}

const targets: Family<string | undefined> = {
  name: 'targets of symbolic links',
  script: paths => sh`for path in ${paths}; do readlink -z -- "$path" || printf '\\0'; done`,
  parse({ stdout }, paths) {
    const found = stdout.split('\0')
    if (found.length !== paths.length + 1) throw new Error(`not the targets of ${paths.join(', ')}`)
    return paths.map((_, at) => found[at] || undefined)
  },
}

/** What a symbolic link has as its target; undefined if there is no link. */
export function linkTarget(path: string): Fact<string | undefined> {
  return { family: targets, argument: path }
}

/** Prints the marker, and for each file its content, the marker, and `read`, `absent` or `failed`. */
const printTexts = `my ($marker, @paths) = @ARGV;
print "$marker\n";
for my $path (@paths) {
  my $text;
  if (-e $path) {
    $! = 0;
    if (open my $file, "<", $path) { local $/; $text = <$file> }
    warn "$path: $!\n" unless defined $text;
  }
  print $text // "", "$marker ", defined $text ? "read" : -e $path ? "failed" : "absent", "\n";
}
`

const texts: Family<string | undefined> = {
  name: 'text of files',
  // The marker is in no file. One process reads all of them: a process for each would cost a node more than all else about files.
  script: paths => sh`perl -e ${printTexts} -- ${freshNonce()} ${paths}`,
  parse(output, paths) {
    const [marker = ''] = output.stdout.split('\n', 1)
    if (!isNonce(marker)) throw new Error(`not the output of the script for ${paths.join(', ')}`)
    const sections = output.stdout.slice(marker.length + 1).split(new RegExp(`${marker} (\\w+)\n`))
    return paths.map((path, index) => {
      const code = sections[index * 2 + 1]
      if (code === 'absent') return undefined
      // `cat` is what a person can type to see the same.
      return code === 'read' ? sections[index * 2] : new CommandError(sh`cat -- ${path}`, output, `cannot read ${path}`)
    })
  },
}

/** A text file's content; undefined if there is none. Bytes that are not UTF-8 become U+FFFD. */
export function fileText(path: string): Fact<string | undefined> {
  return { family: texts, argument: path }
}
