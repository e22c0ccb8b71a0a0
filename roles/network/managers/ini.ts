import { bodyOf, ended, lineEndOf, splitLines, withBody, withPart } from '../lines.js'

/**
 * Edits of files with `[section]` and `key=value` lines: NetworkManager's keyfiles (GLib) and systemd's units. Sections and keys may
 * occur more than once. Lines that a backslash continues (systemd) are not joined.
 */
export interface IniEntry {
  section: string
  /** The number of the section in the file, from 0: two sections of the same name have two numbers. */
  block: number
  key: string
  value: string
  /** The line's index. */
  at: number
}

/** All entries of a text, in its order. */
export function iniEntries(text: string): IniEntry[] {
  const entries: IniEntry[] = []
  let section = ''
  let block = -1
  for (const [at, line] of splitLines(text).entries()) {
    const body = bodyOf(line).trim()
    const name = sectionOf(line)
    const equals = body.indexOf('=')
    if (name !== undefined) {
      section = name
      block += 1
    } else if (equals > 0 && !/^[#;[]/.test(body)) {
      const [key, value] = [body.slice(0, equals).trimEnd(), body.slice(equals + 1).trimStart()]
      entries.push({ section, block, key, value, at })
    }
  }
  return entries
}

/** The text with another value in an entry. */
export function replaceEntry(text: string, entry: IniEntry, value: string): string {
  const lines = splitLines(text)
  const line = lines[entry.at]!
  const [start] = /^[^=]*=[ \t]*/.exec(line)!
  lines[entry.at] = withBody(line, start + value)
  return lines.join('')
}

/** The text without some entries. */
export function removeEntries(text: string, entries: IniEntry[]): string {
  const gone = new Set(entries.map(entry => entry.at))
  return splitLines(text)
    .filter((_, at) => !gone.has(at))
    .join('')
}

/** The text with a new entry at the end of the first section of that name, which is added if there is none. */
export function addEntry(text: string, section: string, key: string, value: string): string {
  const lineEnd = lineEndOf(text)
  const lines = splitLines(text)
  const header = lines.findIndex(line => sectionOf(line) === section)
  if (header === -1) return withPart(text, `[${section}]${lineEnd}${key}=${value}${lineEnd}`, lineEnd)
  let last = header
  for (let at = header + 1; at < lines.length && sectionOf(lines[at]!) === undefined; at += 1) {
    if (bodyOf(lines[at]!).trim() !== '') last = at
  }
  lines[last] = ended(lines[last]!, lineEnd) + `${key}=${value}${lineEnd}`
  return lines.join('')
}

/** The text with one entry of that name: the last one, which is in effect, gets the value; the others are removed. */
export function setEntry(text: string, section: string, key: string, value: string): string {
  const found = iniEntries(text).filter(entry => entry.section === section && entry.key === key)
  const last = found.pop()
  if (!last) return addEntry(text, section, key, value)
  return removeEntries(replaceEntry(text, last, value), found)
}

function sectionOf(line: string): string | undefined {
  return /^\[([^\]]*)\]$/.exec(bodyOf(line).trim())?.[1]
}
