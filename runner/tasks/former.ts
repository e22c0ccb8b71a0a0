import { posix } from 'node:path'
import { sh } from '../ssh/quote.js'

/** Where a node keeps the content that a file had before ha-run first wrote it; not beside the file, because some daemons read all files of a folder. */
const formerRoot = '/var/lib/ha-run/former'

export const formerOf = (path: string) => posix.join(formerRoot, path)

/** A script that keeps the present file, if there is one and no earlier one was kept. */
export function keepFormerScript(path: string): string {
  const copy = formerOf(path)
  return sh`[ -e ${copy} ] || [ ! -e ${path} ] || { mkdir -p -m 0700 -- ${posix.dirname(copy)} && cp -p -- ${path} ${`${copy}.new`} && sync -- ${`${copy}.new`} && mv -- ${`${copy}.new`} ${copy}; }`
}
