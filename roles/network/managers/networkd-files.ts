import { posix } from 'node:path'
import type { ManagerFile, StartingText } from './manager.js'
import { dropInPatterns, dropInsOf, withDropIns } from './networkd-drop-ins.js'
import { hasConditions, includesName, isForOneInterface, isNamed, narrowedTo } from './networkd-match.js'

/** Which .network file has an interface's addressing: networkd uses the first one, by its name, that matches. */

const folder = '/etc/systemd/network'

export const networkFiles = [`${folder}/*.network`, ...dropInPatterns]

/**
 * The file in use, under /etc, where it overrides one of the same name in other folders. If that file may also be for other
 * interfaces, this one gets its own file, which sorts before it.
 */
export function networkPath(iface: string, files: ManagerFile[], active?: string): string {
  const used = inUse(iface, files, active)
  if (!used) return active === undefined ? `${folder}/10-${iface}.network` : posix.join(folder, posix.basename(active))
  const name = posix.basename(used.path)
  // networkd reads new files only on request.
  const earlier = inOrder(files).find(
    ({ path, text }) => posix.basename(path) < name && isNamed(text, iface) && !hasConditions(text),
  )
  if (earlier) return earlier.path
  if (isForOneInterface(used.text, iface)) return posix.join(folder, name)
  const isFree = (path: string) => {
    const present = files.find(file => file.path === path)
    return !present || isNamed(present.text, iface)
  }
  const own = ['10-', '00-', '00-00-'].map(start => `${folder}/${start}${iface}.network`)
  return own.find(path => posix.basename(path) < name && isFree(path)) ?? `${own.at(-1)}`
}

/** The text of the file in use and, for a file of the interface's own, its drop-ins, which would no longer apply. */
export function startingText(iface: string, files: ManagerFile[], active?: string): StartingText | undefined {
  const used = inUse(iface, files, active)
  if (!used) return undefined
  const name = posix.basename(used.path)
  if (posix.basename(networkPath(iface, files, active)) === name) return { text: used.text }
  return { text: narrowedTo(withDropIns(used.text, dropInsOf(files, name)), iface), splitFrom: used.path }
}

/** A file under /etc counts instead of one of the same name elsewhere. */
function inUse(iface: string, files: ManagerFile[], active: string | undefined): ManagerFile | undefined {
  if (active === undefined) return inOrder(files).find(({ text }) => includesName(text, iface))
  const override = posix.join(folder, posix.basename(active))
  return files.find(({ path }) => path === override) ?? files.find(({ path }) => path === active)
}

function inOrder(files: ManagerFile[]): ManagerFile[] {
  return files
    .filter(({ path }) => path.endsWith('.network'))
    .toSorted((a, b) => (posix.basename(a.path) < posix.basename(b.path) ? -1 : 1))
}
