import { matchesGlob } from '../../../runner/glob.js'
import { splitLines } from '../lines.js'

/** The grammar of /etc/network/interfaces (interfaces(5), and config.c of ifupdown 0.8.41). */

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
  /** The logical interface: usually that of the kernel, with `:LABEL` for an alias. */
  name: string
  /** `inet`, `inet6`, …; undefined if it is that of the stanza that this one inherits. */
  family: string | undefined
  /** `static`, `dhcp`, …; undefined if it is that of the stanza that this one inherits. */
  method: string | undefined
  /** The logical interface whose options come before this stanza's own. */
  inherits: string | undefined
  options: Statement[]
}

const keywords = new Set(['iface', 'mapping', 'rename', 'source'])
const commands = new Set(['pre-up', 'up', 'post-up', 'down', 'pre-down', 'post-down'])
const keywordsWithNames = new Set(['auto', 'no-auto-down', 'no-scripts'])

/** All `iface` stanzas of a text. */
export function stanzasOf(statements: Statement[]): Stanza[] {
  const starts = [...statements.keys()].filter(at => opensStanza(statements[at]!))
  return starts.flatMap((start, index) => {
    const head = statements[start]!
    if (head.words[0] !== 'iface') return []
    const options = statements.slice(start + 1, starts[index + 1]).filter(({ words }) => words.length > 0)
    return [{ head, ...headOf(head.words), options }]
  })
}

function headOf([, name = '', ...rest]: string[]): Pick<Stanza, 'name' | 'family' | 'method' | 'inherits'> {
  const at = rest.indexOf('inherits')
  const [family, method] = at === -1 ? rest : rest.slice(0, at)
  return { name, family, method, inherits: at === -1 ? undefined : rest[at + 1] }
}

/** A stanza's options with a name, such as `address`. */
export function optionsNamed(stanza: Pick<Stanza, 'options'>, name: string): Statement[] {
  return stanza.options.filter(({ words }) => words[0] === name)
}

/** The DNS servers in options, IPv6 ones too. */
export function dnsServers(options: Statement[]): string[] {
  const dns = options.filter(({ words: [name = ''] }) => ['dns-nameservers', 'dns-nameserver'].includes(name))
  return dns.flatMap(({ words }) => words.slice(1))
}

/** A stanza's commands; ha-run does not know what they do. */
export function commandsOf({ options }: Pick<Stanza, 'options'>): Statement[] {
  return options.filter(({ words: [name = ''] }) => commands.has(name))
}

/** A statement on one line, for messages. */
export function lineOf({ words }: Statement): string {
  return words.join(' ')
}

/** Whether an `auto` or `allow-…` line brings the interface up with the stanza of its own name. */
export function isBroughtUp(statements: Statement[], iface: string): boolean {
  return statements.some(
    ({ words: [keyword = '', ...names] }) =>
      /^(auto|allow-.+)$/.test(keyword) && names.some(name => matchesInterface(name, iface)),
  )
}

/** Whether a name or a pattern means an interface. Patterns by other things than the name, such as `mac/…`, do not count. */
function matchesInterface(pattern: string, iface: string): boolean {
  return pattern.startsWith('/') ? matchesGlob(iface, pattern.slice(1).replace(/\/.*/, '')) : pattern === iface
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
          .replaceAll(/\\(\n|$)/g, '')
          .split(/\s+/)
          .filter(word => word !== '')
    statements.push({ text, words })
  }
  return statements
}

/** `auto` and its like end a stanza only with names after them; alone, they mean the interface of the stanza. */
function opensStanza({ words: [word = '', ...names] }: Statement): boolean {
  if (keywordsWithNames.has(word) || /^allow-./.test(word)) return names.length > 0
  return keywords.has(word) || word.startsWith('source-dir')
}
