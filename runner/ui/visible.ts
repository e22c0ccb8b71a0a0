import type { Reporter } from '../engine/events.js'

/** All that a reporter can be told. */
export type AnyEvent = Parameters<Reporter['report']>[0]

/**
 * What a terminal would obey instead of showing, tab and newline aside: control characters, marks that reorder text
 * or join it unseen, line separators, and halves of characters.
 */
const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The text with every character that could drive a terminal spelled out, e.g. `\x1b`. Tab and newline stay. */
export function visible(text: string): string {
  return text.replace(unseen, spell)
}

function spell(character: string): string {
  if (character === '\r') return '\\r'
  const hex = character.codePointAt(0)!.toString(16)
  return hex.length > 2 ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`
}

/**
 * The event with every string in it made visible. Human reporters do this once, at their door, so that no later
 * line has to remember that its text came from a node.
 */
export function visibleEvent(event: AnyEvent): AnyEvent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the text of its strings changes
  return visibleValue(event) as AnyEvent
}

function visibleValue(value: unknown, key?: string): unknown {
  // Output often came through a pty, which ends lines with \r\n: that says nothing. In a difference it is the news.
  if (typeof value === 'string') return visible(key === 'output' ? value.replace(/\r+$/gm, '') : value)
  if (Array.isArray(value)) return value.map(inner => visibleValue(inner))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, visibleValue(inner, name)]))
}
