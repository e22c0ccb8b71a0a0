import { minimatch } from 'minimatch'

/** fnmatch has `*`, `?` and classes such as `[a-c]` and `[!a]` only: what shells and gitignore add is switched off. */
const asFnmatch = { dot: true, nobrace: true, nocomment: true, noext: true, noglobstar: true, nonegate: true }

/** True if a name matches a pattern as fnmatch defines it: Ansible's host patterns, and interface names in network files. */
export function matchesGlob(name: string, pattern: string): boolean {
  return minimatch(name, pattern, asFnmatch)
}
