import { posix } from 'node:path'
import type { Remote } from '../ssh/remote.js'

/** Where a node keeps the content that a file had before ha-run first wrote it; not beside the file, because some daemons read all files of a folder. */
const formerRoot = '/var/lib/ha-run/former'

export const formerOf = (path: string) => posix.join(formerRoot, path)

/** Keeps the present file, if there is one and no earlier one was kept. */
export async function keepFormer($: Remote, path: string): Promise<void> {
  const copy = formerOf(path)
  await $`[ -e ${copy} ] || [ ! -e ${path} ] || { mkdir -p -m 0700 -- ${posix.dirname(copy)} && cp -p -- ${path} ${`${copy}.new`} && sync -- ${`${copy}.new`} && mv -- ${`${copy}.new`} ${copy}; }`
}

/** The same for a symbolic link: the link itself is kept, whether it leads to a file or not. */
export async function keepFormerLink($: Remote, path: string): Promise<void> {
  const copy = formerOf(path)
  await $`[ -L ${copy} ] || [ ! -L ${path} ] || { mkdir -p -m 0700 -- ${posix.dirname(copy)} && cp -dT -- ${path} ${copy}; }`
}
