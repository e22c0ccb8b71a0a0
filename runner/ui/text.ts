import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'

/** Small pieces of text that every screen is made of. A width is a number of terminal columns, of which 日 takes two. */

/** The columns that a text takes on a terminal; its colours take none. */
export function widthOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text)
}

/** Most texts have nothing but ASCII. The others need tables (build.js), which take longer to make than all the rest of a screen. */
const isPlain = (text: string) => /^[ -~]*$/.test(text)

/** `0.2 s`, `63.2 s`, `2 min 5 s`. */
export function secondsText(ms: number): string {
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`
  const whole = Math.round(ms / 1000)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** All items, or of more than `most` the first ones and how many are left: `a, b, c and 61 more`. */
export function shortened(
  items: readonly string[],
  { most, shown = most - 1, separator = ', ' }: { most: number; shown?: number; separator?: ', ' | '; ' },
): string {
  if (items.length <= most) return items.join(separator)
  return `${items.slice(0, shown).join(separator)}${separator === '; ' ? ';' : ''} and ${items.length - shown} more`
}

/** `node1, node2, node3`; of more than six, the first three and `61 more`. */
export function names(all: Iterable<string>): string {
  return shortened([...new Set(all)], { most: 6, shown: 3 })
}

/** Groups items by a text, in the order of the first item of each group. */
export function grouped<T>(items: Iterable<T>, groupOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = groupOf(item)
    const group = groups.get(name)
    if (group) group.push(item)
    else groups.set(name, [item])
  }
  return [...groups.values()]
}

/** The lines of a text, without the empty one after a newline at its end. */
export function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}

/** The text on one line. */
export function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('\t', ' ')
}

/** The width of the widest text. */
export function widest(texts: Iterable<string>): number {
  return Math.max(0, ...[...texts].map(widthOf))
}

/** The text, filled up with spaces to `width`. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** The text, or its beginning and the mark `more` if it is wider than `width`; empty if there is no room for more than the mark. */
export function clip(text: string, width: number, more: string): string {
  if (widthOf(text) <= width) return text
  return width > widthOf(more) ? cliTruncate(text, width, { truncationCharacter: more }) : ''
}

/** The address, or its beginning and its end if it is too long: addresses of one network differ in their last digits. */
export function clipAddress(address: string, width: number): string {
  if (widthOf(address) <= width) return address
  return cliTruncate(address, width, { position: 'middle', truncationCharacter: '…' })
}

/** Lines with `indent` before each that is not empty. */
export function indented(lines: string[], indent: string): string[] {
  return lines.map(line => (line === '' ? '' : indent + line))
}

/** Joins sections with an empty line between them; leaves out empty sections. */
export function sections(...parts: string[][]): string[] {
  return parts.filter(part => part.length > 0).flatMap((part, index) => (index > 0 ? ['', ...part] : part))
}
