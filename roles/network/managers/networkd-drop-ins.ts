import { posix } from 'node:path'
import { lineEndOf, withPart } from '../lines.js'
import { iniEntries, removeEntries, type IniEntry } from './ini.js'
import type { ManagerFile } from './manager.js'

/** Drop-ins of a .network file: `NAME.network.d/*.conf`, read after it (systemd.network(5)). */

/** In the order of precedence. */
const folders = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map(root => `${root}/systemd/network`)

export const dropInPatterns = folders.map(folder => `${folder}/*.network.d/*.conf`)

/** The drop-ins of the file of that name, in the order in which networkd reads them: by name, whatever their folder. */
export function dropInsOf(files: ManagerFile[], name: string): ManagerFile[] {
  const byName = new Map<string, ManagerFile>()
  for (const folder of folders) {
    for (const file of files.filter(({ path }) => posix.dirname(path) === `${folder}/${name}.d`)) {
      const base = posix.basename(file.path)
      byName.set(base, byName.get(base) ?? file)
    }
  }
  return [...byName.values()].toSorted((a, b) => (posix.basename(a.path) < posix.basename(b.path) ? -1 : 1))
}

/** A file and its drop-ins as one text that means the same. */
export function withDropIns(text: string, dropIns: ManagerFile[]): string {
  if (dropIns.length === 0) return text
  const lineEnd = lineEndOf(text)
  const whole = dropIns.reduce((all, dropIn) => withPart(all, dropIn.text, lineEnd), text)
  const entries = iniEntries(whole)
  // An empty assignment clears those before it; what is added to the text later must not be cleared.
  const clears = entries.filter(({ value }) => value === '')
  const isCleared = (entry: IniEntry) =>
    clears.some(({ section, key, at }) => section === entry.section && key === entry.key && entry.at <= at)
  return removeEntries(whole, entries.filter(isCleared))
}
