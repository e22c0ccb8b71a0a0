/** Parses corosync.conf as Corosync itself does (exec/coroparse.c of 3.1). */

/** A section such as `totem { … }`; the file itself is a section without a name. */
export interface Section {
  name: string
  entries: (ConfSetting | Section)[]
}

export interface ConfSetting {
  name: string
  value: string
}

/**
 * Parses a corosync.conf. Drops comments and empty lines, and keeps the order and repeated sections.
 * @throws Error with the line number if Corosync itself would refuse the file.
 */
export function parseCorosyncConf(text: string): Section {
  const file: Section = { name: '', entries: [] }
  const open = [file]
  for (const [index, raw] of text.split('\n').entries()) {
    const line = trim(raw.replace(/\r$/, ''))
    if (line === '' || line.startsWith('#')) continue
    const within = open.at(-1) ?? file
    const refuse = (why: string): Error => new Error(`corosync.conf line ${index + 1}: ${why}: ${line}`)
    if (line.includes('{')) {
      const name = nameBefore(line.slice(0, line.indexOf('{')))
      if (name === '') throw refuse('a section without a name')
      if (trim(line.slice(line.indexOf('{') + 1)) !== '') throw refuse('text after the opening brace')
      const section: Section = { name, entries: [] }
      within.entries.push(section)
      open.push(section)
    } else if (line.includes(':')) {
      const [setting = ''] = line.split(':', 1)
      within.entries.push({ name: trim(setting), value: trim(line.slice(setting.length + 1)) })
    } else if (line.includes('}')) {
      if (line !== '}') throw refuse('text beside the closing brace')
      if (open.length === 1) throw refuse('a closing brace without an open section')
      open.pop()
    } else {
      throw refuse('neither a section nor a setting with a value')
    }
  }
  if (open.length > 1) throw new Error(`corosync.conf ends within the section ${open.at(-1)?.name}`)
  return file
}

/** The name of a section, without what may stand between it and the brace. */
function nameBefore(text: string): string {
  let end = text.length
  while (end > 0 && /[\s:{\u00A0]/.test(text.charAt(end - 1))) end -= 1
  return trim(text.slice(0, end))
}

function trim(text: string): string {
  const isSpace = (at: number) => ' \t\u00A0'.includes(text.charAt(at))
  let [start, end] = [0, text.length]
  while (start < end && isSpace(start)) start += 1
  while (end > start && isSpace(end - 1)) end -= 1
  return text.slice(start, end)
}

/** The sections of this name directly within a section. */
export function sectionsNamed(within: Section, name: string): Section[] {
  return within.entries.filter(entry => 'entries' in entry).filter(section => section.name === name)
}

/** The value of a setting in all sections of this name. The last one wins, as in Corosync. */
export function valueOf(conf: Section, section: string, setting: string): string | undefined {
  return sectionsNamed(conf, section)
    .map(candidate => ownSettings(candidate).get(setting))
    .findLast(value => value !== undefined)
}

/** The settings of each `node { … }` section. */
export function nodeSections(conf: Section): Map<string, string>[] {
  return sectionsNamed(conf, 'nodelist')
    .flatMap(list => sectionsNamed(list, 'node'))
    .map(ownSettings)
}

/** The settings directly within a section. */
export function ownSettings(section: Section): Map<string, string> {
  return new Map(section.entries.flatMap(entry => ('value' in entry ? [[entry.name, entry.value] as const] : [])))
}
