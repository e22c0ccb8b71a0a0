import { quote } from '../../../runner/ssh/quote.js'

/** A pattern with something that wordexp(3) expands and ha-run does not, or that makes it, and ifupdown with it, ignore the line. */
export const unfollowed = /[`$"'\\~|&;<>(){}]/

/** Prints the `source` and `source-directory` lines of a file that can be followed, each on one line with its continuations. */
const sourceLines = `{
  if (!open && $0 ~ /^[ \\t\\r\\f\\v]*#/) next
  text = open ? text $0 : $0
  open = sub(/\\\\$/, "", text)
  if (!open) line()
}
END { if (open) line() }
function line() {
  gsub(/^[ \\t\\r\\f\\v]+|[ \\t\\r\\f\\v]+$/, "", text)
  if (text ~ /^source([ \\t]|-dir)/ && text !~ /${unfollowed.source}/) print text
}`

/**
 * A POSIX sh script that prints the path and the content of /etc/network/interfaces and of all files that it includes, directly or
 * not, each followed by a NUL byte. It reads them as ifupdown does (config.c of 0.8.41): a relative pattern is relative to the
 * directory of the file that contains it, but further patterns of the same line to `/`, where ifupdown runs at boot; only names
 * with letters, digits, `_` and `-` alone count in a `source-directory`. A file included twice may be printed twice. Paths are
 * real paths: the replacement of a symbolic link would not reach the file to which it points.
 */
export function sourcedFilesScript(main: string): string {
  return `(
LC_ALL=C
cd /
ancestors=
follow() (
  file=$(readlink -f -- "$1") && [ -f "$file" ] || exit
  case $ancestors in *"
$file
"*) exit ;; esac
  ancestors="$ancestors
$file
"
  printf '%s\\0' "$file" && cat -- "$file" && printf '\\0'
  awk ${quote(sourceLines)} "$file" | while read -r keyword patterns; do
    case $patterns in /*) ;; *) patterns=\${1%/*}/$patterns ;; esac
    for path in $patterns; do
      path=/\${path#/}
      case $keyword in
        source) follow "$path" ;;
        *) for file in "$path"/*; do
            case \${file##*/} in *[!A-Za-z0-9_-]*) ;; *) follow "$file" ;; esac
          done ;;
      esac
    done
  done
)
follow ${quote(main)}
) </dev/null
`
}
