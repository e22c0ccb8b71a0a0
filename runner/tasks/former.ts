import { posix } from 'node:path'
import { sh } from '../ssh/quote.js'

/** Where a node keeps what stood in a file before ha-run first wrote it. Not beside it: some managers read all files of their folder. */
const formerRoot = '/var/lib/ha-run/former'

export const formerOf = (path: string) => posix.join(formerRoot, path)

/** A script that keeps a file as it is now, if there is one, and none was kept before. */
export function keepFormerScript(path: string): string {
  const copy = formerOf(path)
  return sh`[ -e ${copy} ] || [ ! -e ${path} ] || { mkdir -p -m 0700 -- ${posix.dirname(copy)} && cp -p -- ${path} ${`${copy}.new`} && sync -- ${`${copy}.new`} && mv -- ${`${copy}.new`} ${copy}; }`
}
