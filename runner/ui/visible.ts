import type { Reporter } from '../engine/events.js'

/** Every event and signal of a run. */
export type AnyEvent = Parameters<Reporter['report']>[0]

/**
 * Characters that a terminal obeys or hides instead of showing them: control characters but tab and newline, marks that reorder or join
 * text, line separators, and lone surrogates.
 */
const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The text with each such character spelled out: `\x1b`. */
export function visible(text: string): string {
  return text.replace(unseen, spell)
}

/**
 * JSON with each such character as an escape of JSON: the value is the same, and a terminal on which the JSON is shown obeys nothing.
 * JSON.stringify itself escapes only some of them.
 */
export function visibleJson(json: string): string {
  return json.replace(unseen, character =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

function spell(character: string): string {
  if (character === '\r') return '\\r'
  const hex = character.codePointAt(0)!.toString(16)
  return hex.length > 2 ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`
}

/**
 * The event with `visible` applied to every string in it. Reporters for people do this first, since text from a node could otherwise
 * control the terminal.
 */
export function visibleEvent(event: AnyEvent): AnyEvent {
  // Output often comes through a pty, which ends lines with \r\n. In a difference, \r\n is what differs.
  return mapText(event, (text, field) => visible(field === 'output' ? text.replace(/\r+$/gm, '') : text))
}

/** The value with every string in it changed. `field` is the name of the field that has the string. */
export function mapText<Value>(value: Value, change: (text: string, field?: string) => string): Value {
  const map = (inner: unknown, field?: string): unknown => {
    if (typeof inner === 'string') return change(inner, field)
    if (Array.isArray(inner)) return inner.map(item => map(item))
    if (typeof inner !== 'object' || inner === null) return inner
    return Object.fromEntries(Object.entries(inner).map(([name, item]) => [name, map(item, name)]))
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the text of its strings changes
  return map(value) as Value
}
