/** Reading corosync.conf as Corosync's own parser does (exec/coroparse.c of 3.1). */

/** A section, e.g. `totem { … }`; the file itself is one without a name. */
export interface Section {
  name: string
  entries: (Entry | Section)[]
}

export interface Entry {
  key: string
  value: string
}

/**
 * Reads a corosync.conf. Comments and empty lines are dropped, order and repeated sections kept.
 * @throws Error with the line's number where Corosync's own parser would refuse the file.
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
      const name = trim(line.slice(0, line.indexOf('{')).replace(/[\s:{\u00A0]+$/, ''))
      if (name === '') throw refuse('a section without a name')
      if (trim(line.slice(line.indexOf('{') + 1)) !== '') throw refuse('text after the opening brace')
      const section: Section = { name, entries: [] }
      within.entries.push(section)
      open.push(section)
    } else if (line.includes(':')) {
      const [key = ''] = line.split(':', 1)
      within.entries.push({ key: trim(key), value: trim(line.slice(key.length + 1)) })
    } else if (line.includes('}')) {
      if (line !== '}') throw refuse('text beside the closing brace')
      if (open.length === 1) throw refuse('a closing brace without an open section')
      open.pop()
    } else {
      throw refuse('neither a section nor a key with a value')
    }
  }
  if (open.length > 1) throw new Error(`corosync.conf ends within the section ${open.at(-1)?.name}`)
  return file
}

function trim(text: string): string {
  return text.replace(/^[ \t\u00A0]+|[ \t\u00A0]+$/g, '')
}

/** The sections with a name directly in a section. */
export function sections(within: Section, name: string): Section[] {
  return within.entries.filter(entry => 'entries' in entry).filter(section => section.name === name)
}

/** A key's value in all sections with the name, the last one said winning as in Corosync. */
export function valueOf(conf: Section, section: string, key: string): string | undefined {
  return sections(conf, section).map(found => pairs(found).get(key)).findLast(value => value !== undefined)
}

/** A `node { … }` section's keys. */
export function nodeSections(conf: Section): Map<string, string>[] {
  return sections(conf, 'nodelist').flatMap(list => sections(list, 'node')).map(pairs)
}

/** The keys directly in a section. */
export function pairs(section: Section): Map<string, string> {
  return new Map(section.entries.flatMap(entry => 'key' in entry ? [[entry.key, entry.value] as const] : []))
}
