import { posix } from 'node:path'
import { TaskError, UsageError } from '../errors.js'
import { fileState } from '../facts/files.js'
import { atExit } from '../ssh/at-exit.js'
import { sh, ShellText } from '../ssh/quote.js'
import type { Duration } from '../ssh/remote-process.js'
import { attributesOf, type Ownership } from './attributes.js'
import type { Difference } from './difference.js'
import { attributeDifferences } from './file.js'
import { keepFormer } from './former.js'
import { task, type NodeTask, type TaskRef } from './task.js'
import { candidateOf, commitFile, type FileAttributes } from './write-file.js'

export interface DownloadOptions extends Ownership {
  /** http or https. Passwords and a query in it are not shown. */
  url: string
  /** What is downloaded must have it, in hexadecimal: it is also how a later run sees that nothing is to do. */
  sha256: string
  /** Of the download. @default '30m' */
  timeout?: Duration
  title?: string
  needs?: readonly TaskRef[]
}

/**
 * A file that the node itself fetches, by curl or wget, whichever is installed. It is replaced once its checksum is right.
 *
 * ```ts
 * download('/usr/local/bin/tool', { url: 'https://example.org/tool-1.2', sha256: '9f86…0a08', mode: '0755' })
 * ```
 */
export function download(path: string, options: DownloadOptions): NodeTask {
  const { title = `download ${path}`, timeout = '30m', needs } = options
  const url = urlOf(options.url)
  const hash = options.sha256.toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new UsageError(`not a SHA-256 in hexadecimal: ${options.sha256}`)
  const attributes = attributesOf(options, { mode: '0644', owner: 'root:root' })
  return task(title, {
    ...(needs && { needs }),
    async check({ read }): Promise<Difference[]> {
      const state = await read(fileState(path))
      const content =
        state?.hash === hash || (state && state.type !== 'regular file')
          ? []
          : [
              {
                subject: path,
                from: state && `sha256:${state.hash}`,
                to: `sha256:${hash}`,
                note: `from ${shownUrl(url)}`,
              },
            ]
      return [...content, ...attributeDifferences(path, state, attributes)]
    },
    async apply({ $, progress }, differences) {
      if (!differences.some(({ subject }) => subject === path)) {
        await $`chown ${attributes.owner} -- ${path} && chmod ${attributes.mode} -- ${path}`
        return
      }
      await keepFormer($, path)
      progress(`downloading ${shownUrl(url)}`)
      const fetched = await $({ input: url.href, timeout, nothrow: true })`${fetchScript(path, hash, attributes)}`
      if (fetched.exitCode === 0) return
      throw new TaskError(
        `${shownUrl(url)} was not downloaded: ${fetched.stderr.trim() || `exit code ${fetched.exitCode}`}`,
        {
          hint:
            hints[fetched.exitCode ?? 0] ?? 'try the address with curl on the node: it must be reachable from there',
        },
      )
    },
  })
}

const noProgram = 70
const wrongChecksum = 71

const hints: Record<number, string> = {
  [noProgram]: "install one before: packages(['curl'])",
  [wrongChecksum]: 'the former file was kept; if the new one is right, correct the checksum in the role',
}

/** @throws UsageError for what is not the address of a file on a web server. */
function urlOf(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text)
    if (['http:', 'https:'].includes(url.protocol)) return url
  }
  throw new UsageError('download: the url must be a complete address that begins with http:// or https://')
}

/** Without what may be secret. */
function shownUrl({ origin, pathname }: URL): string {
  return origin + pathname
}

/** Reads the address from stdin, so that no list of processes shows it. */
function fetchScript(path: string, hash: string, { mode, owner }: FileAttributes): ShellText {
  const candidate = candidateOf(path)
  return new ShellText(`set -e; candidate=${sh`${candidate}`}; url=$(cat)
${atExit('[ $code = 0 ] || rm -f -- "$candidate"').toString()}
${sh`mkdir -p -- ${posix.dirname(path)}`}
umask 077; rm -f -- "$candidate"
if command -v curl >/dev/null; then
  printf 'url = "%s"\\n' "$url" | curl -q -fsSL --proto =http,https --connect-timeout 15 --retry 2 -K - -o "$candidate"
elif command -v wget >/dev/null; then
  printf '%s\\n' "$url" | wget --no-config -nv -t 3 -T 15 -i - -O "$candidate" 2>&1 >/dev/null | tail -n 3 >&2
  [ -s "$candidate" ] || exit 1
else
  echo 'neither curl nor wget is installed' >&2; exit ${noProgram}
fi
found=$(sha256sum <"$candidate"); found=\${found%% *}
[ "$found" = ${hash} ] || { echo "its SHA-256 is $found, not ${hash}" >&2; exit ${wrongChecksum}; }
${sh`chown ${owner} -- "$candidate"; chmod ${mode} -- "$candidate"`}
sync -- "$candidate"
${commitFile(path, candidate).toString()}`)
}
