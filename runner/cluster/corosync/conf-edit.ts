import type { ConfValues } from '../declaration/declaration.js'
import { sameValue } from './setting-differences.js'

/** A section of a corosync.conf as lines: where it ends, and where its own settings stand. */
interface Place {
  /** `totem`, `totem.interface`. */
  path: string
  end: number
  settings: { key: string; value: string; line: number }[]
}

/**
 * A corosync.conf with other values, for a file that somebody else keeps: every other line stays as it is, comments too.
 *
 * @param text - a file that Corosync can read.
 * @param settings - by name in the file: `totem.token`, and `totem.interface.0.mcastport` in the section of link 0.
 */
export function withSettings(text: string, settings: ConfValues): string {
  return Object.entries(settings).reduce((edited, [name, value]) => withSetting(edited, name, value), text)
}

function withSetting(text: string, name: string, value: string): string {
  const lines = text.split('\n')
  const places = placesIn(lines)
  const [, link, ofLink] = /^totem\.interface\.(\d+)\.(\w+)$/.exec(name) ?? []
  const path = link === undefined ? name.slice(0, name.indexOf('.')) : 'totem.interface'
  const key = ofLink ?? name.slice(name.indexOf('.') + 1)
  const own = places.filter(place => place.path === path && (link === undefined || linkOf(place) === link))
  // The last one counts, as for Corosync.
  const current = own.flatMap(place => place.settings).findLast(setting => setting.key === key)
  if (current) return sameValue(current.value, value) ? text : lines.with(current.line, lines[current.line]!.replace(/:.*/, `: ${value}`)).join('\n')
  const [section, totem] = [own.at(-1), places.findLast(place => place.path === 'totem')]
  if (section) return lines.toSpliced(section.end, 0, `${indentIn(lines, section)}${key}: ${value}`).join('\n')
  if (link === undefined || !totem) return `${text.replace(/\n*$/, '\n')}\n${path} {\n\t${key}: ${value}\n}\n`
  const indent = indentIn(lines, totem)
  return lines.toSpliced(totem.end, 0, ...[`interface {`, `\tlinknumber: ${link}`, `\t${key}: ${value}`, '}'].map(line => indent + line)).join('\n')
}

function placesIn(lines: string[]): Place[] {
  const places: Place[] = []
  const open: Place[] = []
  for (const [line, raw] of lines.entries()) {
    const text = raw.trim()
    const within = open.at(-1)
    if (text === '' || text.startsWith('#')) continue
    if (text.includes('{')) {
      const name = text.slice(0, text.indexOf('{')).replace(/[\s:]+$/, '')
      open.push({ path: within ? `${within.path}.${name}` : name, end: line, settings: [] })
    } else if (text.includes(':')) {
      const [key = ''] = text.split(':', 1)
      within?.settings.push({ key: key.trim(), value: text.slice(key.length + 1).trim(), line })
    } else if (within) {
      places.push({ ...open.pop()!, end: line })
    }
  }
  return places
}

function linkOf({ settings }: Place): string {
  return settings.findLast(({ key }) => key === 'linknumber')?.value ?? '0'
}

/** As its other settings are indented. */
function indentIn(lines: string[], { settings, end }: Place): string {
  const line = settings.at(-1)?.line
  return line === undefined ? `${/^\s*/.exec(lines[end]!)![0]}\t` : /^\s*/.exec(lines[line]!)![0]
}
