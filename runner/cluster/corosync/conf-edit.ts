import type { ConfValues } from '../declaration/declaration.js'
import { sameValue } from './setting-differences.js'

/** A section of a corosync.conf by line numbers: its end, and its own settings. */
interface SectionLines {
  /** `totem`, `totem.interface`. */
  path: string
  end: number
  settings: { name: string; value: string; line: number }[]
}

/**
 * Sets values in a corosync.conf that somebody else maintains. Every other line stays as it is, including comments.
 *
 * @param text - a file that Corosync can read.
 * @param settings - by name: `totem.token`, or `totem.interface.0.mcastport` for the interface section of link 0.
 */
export function withSettings(text: string, settings: ConfValues): string {
  return Object.entries(settings).reduce((edited, [name, value]) => withSetting(edited, name, value), text)
}

function withSetting(text: string, name: string, value: string): string {
  const lines = text.split('\n')
  const sections = sectionLines(lines)
  const [, link, ofLink] = /^totem\.interface\.(\d+)\.(\w+)$/.exec(name) ?? []
  const path = link === undefined ? name.slice(0, name.indexOf('.')) : 'totem.interface'
  const setting = ofLink ?? name.slice(name.indexOf('.') + 1)
  const own = sections.filter(section => section.path === path && (link === undefined || linkOf(section) === link))
  // The last one wins, as in Corosync.
  const current = own.flatMap(section => section.settings).findLast(candidate => candidate.name === setting)
  if (current)
    return sameValue(current.value, value)
      ? text
      : lines.with(current.line, lines[current.line]!.replace(/:.*/, `: ${value}`)).join('\n')
  const [section, totem] = [own.at(-1), sections.findLast(({ path: other }) => other === 'totem')]
  if (section) return lines.toSpliced(section.end, 0, `${indentIn(lines, section)}${setting}: ${value}`).join('\n')
  if (link === undefined || !totem) return `${text.replace(/\n*$/, '\n')}\n${path} {\n\t${setting}: ${value}\n}\n`
  const indent = indentIn(lines, totem)
  return lines
    .toSpliced(
      totem.end,
      0,
      ...[`interface {`, `\tlinknumber: ${link}`, `\t${setting}: ${value}`, '}'].map(line => indent + line),
    )
    .join('\n')
}

function sectionLines(lines: string[]): SectionLines[] {
  const closed: SectionLines[] = []
  const open: SectionLines[] = []
  for (const [line, raw] of lines.entries()) {
    const text = raw.trim()
    const within = open.at(-1)
    if (text === '' || text.startsWith('#')) continue
    if (text.includes('{')) {
      const name = text.slice(0, text.indexOf('{')).replace(/[\s:]+$/, '')
      open.push({ path: within ? `${within.path}.${name}` : name, end: line, settings: [] })
    } else if (text.includes(':')) {
      const [setting = ''] = text.split(':', 1)
      within?.settings.push({ name: setting.trim(), value: text.slice(setting.length + 1).trim(), line })
    } else if (within) {
      closed.push({ ...open.pop()!, end: line })
    }
  }
  return closed
}

function linkOf({ settings }: SectionLines): string {
  return settings.findLast(({ name }) => name === 'linknumber')?.value ?? '0'
}

/** The indentation of the section's other settings. */
function indentIn(lines: string[], { settings, end }: SectionLines): string {
  const line = settings.at(-1)?.line
  return line === undefined ? `${/^\s*/.exec(lines[end]!)![0]}\t` : /^\s*/.exec(lines[line]!)![0]
}
