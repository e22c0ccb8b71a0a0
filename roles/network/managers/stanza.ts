import { splitLines } from '../lines.js'

/** The grammar of /etc/network/interfaces (interfaces(5)). */

/** A line, with those that a backslash joins to it; a backslash does not continue comments (measured with 0.8.41). */
export interface Statement {
  /** As in the file, with all its line ends. */
  text: string
  /** Empty for a comment or an empty line. */
  words: string[]
}

/** An `iface` line and the options below it, up to the next stanza. */
export interface Stanza {
  head: Statement
  options: Statement[]
}

const keywords = new Set([
  'iface',
  'mapping',
  'auto',
  'rename',
  'source',
  'source-directory',
  'template',
  'no-auto-down',
  'no-scripts',
])

/** The first `iface NAME inet` stanza of a text. Stanzas for inet6, and further ones for inet, are ignored. */
export function inetStanza(statements: Statement[], iface: string): Stanza | undefined {
  const start = statements.findIndex(({ words }) => words[0] === 'iface' && words[1] === iface && words[2] === 'inet')
  if (start === -1) return undefined
  const rest = statements.slice(start + 1)
  const end = rest.findIndex(({ words }) => opensStanza(words[0]))
  const options = (end === -1 ? rest : rest.slice(0, end)).filter(({ words }) => words.length > 0)
  return { head: statements[start]!, options }
}

/** Whether an `auto` or `allow-…` line brings the interface up. */
export function isBroughtUp(statements: Statement[], iface: string): boolean {
  return statements.some(({ words }) => /^(auto|allow-.+)$/.test(words[0] ?? '') && words.slice(1).includes(iface))
}

/** A whole file as statements. */
export function statementsOf(file: string): Statement[] {
  const statements: Statement[] = []
  const lines = splitLines(file)
  for (let from = 0, to = 0; from < lines.length; from = to) {
    to = from + 1
    const isComment = /^\s*#/.test(lines[from]!)
    if (!isComment) while (lines[to - 1]!.endsWith('\\\n') && to < lines.length) to += 1
    const text = lines.slice(from, to).join('')
    const words = isComment
      ? []
      : text
          .replaceAll('\\\n', ' ')
          .split(/\s+/)
          .filter(word => word !== '')
    statements.push({ text, words })
  }
  return statements
}

function opensStanza(word = ''): boolean {
  return keywords.has(word) || word.startsWith('allow-')
}
