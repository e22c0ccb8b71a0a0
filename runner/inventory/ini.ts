import { groupOf, addHosts } from './groups.js'
import type { Entries, GroupEntry, Variable } from './groups.js'
import { isTemplate } from './marks.js'
import { nearest } from './nearest.js'
import { Origin } from './origin.js'
import type { Mark, Source } from './origin.js'
import { readPythonLiteral } from './python-literal.js'
import { splitWords } from './shell-words.js'
import { concealAll } from './vault.js'

/** Ansible's INI format: sections of hosts, of child groups, and of variables; a file may begin with hosts. */

const kinds = ['hosts', 'children', 'vars'] as const
type Kind = (typeof kinds)[number]

/** A line without the space around it, and the offset of its first character in the file. */
interface Line {
  text: string
  offset: number
}

/**
 * Adds the content of one INI inventory. Throws an InventoryError for a line that is none of Ansible's, and for a group that is
 * only referred to.
 *
 * @returns the start of the file; undefined if there is nothing in it.
 */
export function readIni(source: Source, entries: Entries): Origin | undefined {
  const lines = linesOf(source.text)
  if (lines.length === 0) return undefined
  const declared = new Set(['all', 'ungrouped', ...entries.groups.keys()])
  const references: { name: string; origin: Origin; what: string }[] = []
  let section: { group: GroupEntry; kind: Kind } | undefined

  for (const line of lines) {
    const origin = originAt(source, line.offset)
    const header = readHeader(line.text, origin)
    if (header) {
      const { name, kind } = header
      if (kind === 'vars') references.push({ name, origin, what: 'variables of' })
      else declared.add(name)
      section = { group: groupOf(name, origin, entries), kind }
      continue
    }
    section ??= { group: groupOf('ungrouped', origin, entries), kind: 'hosts' }
    const { group, kind } = section
    if (kind === 'hosts') readHostLine(line, source, group, entries)
    else if (kind === 'vars') readVariableLine(line, source, group)
    else {
      const name = readChildLine(line.text, origin)
      references.push({ name, origin, what: `group "${group.name}" has the child` })
      groupOf(name, origin, entries)
      group.children.set(name, origin)
    }
  }

  for (const { name, origin, what } of references) {
    if (declared.has(name)) continue
    const near = nearest(name, declared)
    throw origin.error(
      `${what} "${name}", but there is no group of that name`,
      near === undefined ? `Add a section [${name}] with its hosts.` : `Did you mean "${near}"?`,
    )
  }
  return originAt(source, lines[0]!.offset)
}

/** What ends a line for Python's `splitlines()`. */
const lineEnds = String.raw`\n\r\v\f\x1C-\x1E\x85\u2028\u2029`

/** The lines of a file, without empty ones and comments. */
function linesOf(text: string): Line[] {
  return [...text.matchAll(new RegExp(`[^${lineEnds}]+`, 'g'))]
    .map(({ 0: raw, index }) => ({ text: raw.trim(), offset: index + raw.length - raw.trimStart().length }))
    .filter(line => line.text !== '' && !/^[#;]/.test(line.text))
}

function readHeader(text: string, origin: Origin): { name: string; kind: Kind } | undefined {
  const [, name, tag = 'hosts'] = /^\[([^:\]\s]+)(?::([\p{L}\p{N}_]+))?\]\s*(?:#.*)?$/u.exec(text) ?? []
  if (name === undefined) {
    if (!/^\[.*\]$/.test(text)) return undefined
    throw origin.error('expected a section such as [web] or [web:vars]', 'The name of a group has no spaces.')
  }
  const kind = kinds.find(each => each === tag)
  if (kind !== undefined) return { name, kind }
  const near = nearest(tag, kinds)
  throw origin.error(
    `expected [${name}], [${name}:children] or [${name}:vars]`,
    near === undefined ? undefined : `Did you mean "${near}"?`,
  )
}

function readChildLine(text: string, origin: Origin): string {
  const [, name] = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(text) ?? []
  if (name !== undefined) return name
  throw origin.error('expected the name of a group', 'A section [GROUP:children] has one name of a group in each line.')
}

function readHostLine({ text, offset }: Line, source: Source, group: GroupEntry, entries: Entries): void {
  const origin = originAt(source, offset)
  const [host, ...assignments] = wordsOf(text, origin)
  if (!host || host.text === '' || host.text.endsWith(':')) {
    throw origin.error('expected a host, such as "node1 ansible_host=192.168.0.1"', 'A YAML inventory is named *.yml.')
  }
  const hosts = addHosts(host.text, origin, group, entries)
  for (const { text: assignment, start, positions } of assignments) {
    // The message does not quote the word: it may be the second half of a password.
    const equals = assignment.indexOf('=')
    if (equals < 1) {
      throw originAt(source, offset + start).error(
        'expected a variable as name=value',
        'A value with spaces needs quotes, and a host has a line of its own.',
      )
    }
    const value = assignment.slice(equals + 1)
    const end = positions.at(-1)! + 1
    const variable = readValue(source, value, offset + start, index => offset + (positions[equals + 1 + index] ?? end))
    for (const { vars } of hosts) vars.set(assignment.slice(0, equals), variable)
  }
}

function wordsOf(text: string, origin: Origin) {
  try {
    return splitWords(text, { comments: true })
  } catch (error) {
    if (error instanceof RangeError) throw origin.error(error.message)
    throw error
  }
}

function readVariableLine({ text, offset }: Line, source: Source, { vars }: GroupEntry): void {
  const [, name = '', between = ''] = /^([^=]*?)(\s*=\s*)/.exec(text) ?? []
  if (name === '') throw originAt(source, offset).error('expected a variable as name=value')
  const start = name.length + between.length
  vars.set(
    name,
    readValue(source, text.slice(start), offset, index => offset + start + index),
  )
}

/** @param offsetOf - the offset in the file of a character of the value. */
function readValue(source: Source, text: string, key: number, offsetOf: (index: number) => number): Variable {
  const literal = readPythonLiteral(text)
  const mark = literal ? moved(literal.mark, offsetOf) : { value: offsetOf(0), children: new Map<string, Mark>() }
  const unusable = isTemplate(text) ? 'template' : undefined
  const value = literal ? literal.value : text
  if (source.isSecret) concealAll(value)
  return { value, origin: new Origin(source, { ...mark, key, unusable }) }
}

function moved(mark: Mark, offsetOf: (index: number) => number): Mark {
  const children = new Map([...mark.children].map(([name, child]) => [name, moved(child, offsetOf)]))
  return { key: offsetOf(mark.key), value: offsetOf(mark.value), children }
}

function originAt(source: Source, offset: number): Origin {
  return new Origin(source, { key: offset, value: offset, children: new Map() })
}
