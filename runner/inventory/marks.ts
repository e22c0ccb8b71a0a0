import { EVENT_ID, SCALAR_STYLE, getScalarValue } from 'js-yaml'
import type { Event, ScalarEvent } from 'js-yaml'
import { Origin } from './origin.js'
import type { Mark, Source } from './origin.js'
import type { Vault } from './vault.js'

const jinja = /\{\{.*?\}\}|\{%.*?%\}/s

/** True if a text contains a Jinja expression. */
export function isTemplate(text: string): boolean {
  return jinja.test(text)
}

/** The hint of every error about a Jinja expression. */
export const templateHint = 'ha-run does not evaluate Jinja: write the value itself.'

/**
 * The position of every node of one document; aliases and merge keys are followed as for the values.
 *
 * Throws an InventoryError if a key is itself a list or a mapping; an unquoted `{{ name }}` is one.
 */
export function marksOf(source: Source, events: Event[], vault: Vault): Mark {
  const anchors = new Map<string, Mark>()
  let next = 1 // past the document's own event

  const textAt = (start: number, end: number) => source.text.slice(start, end)

  function read(key: number | undefined): Mark {
    const event = events[next++]
    if (!event || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
      throw new Error('js-yaml returned an event in place of a node')
    }
    if (event.type === EVENT_ID.ALIAS) {
      // js-yaml refuses an unknown alias.
      const target = anchors.get(textAt(event.anchorStart, event.anchorEnd))
      const value = event.anchorStart - 1
      return {
        key: key ?? value,
        value,
        unusable: target?.unusable,
        isEncrypted: target?.isEncrypted,
        children: target?.children ?? new Map(),
      }
    }
    const tagged = event.tagStart >= 0
    const start = event.type === EVENT_ID.SCALAR ? scalarStart(event) : event.start
    const value = tagged ? event.tagStart : start >= 0 ? start : (key ?? 0)
    const mark: Mark = { key: key ?? value, value, children: new Map() }
    if (event.type === EVENT_ID.SCALAR) {
      const text = getScalarValue(source.text, event)
      mark.isEncrypted = tagged && textAt(event.tagStart, event.tagEnd) === '!vault'
      const plain = mark.isEncrypted ? vault.decrypt(text) : text
      if (plain === undefined) mark.unusable = vault.isOpen ? 'other-vault' : 'vault'
      else if (jinja.test(plain)) mark.unusable = 'template'
    } else if (event.type === EVENT_ID.SEQUENCE) readItems(mark)
    else readPairs(mark)
    if (event.anchorStart >= 0) anchors.set(textAt(event.anchorStart, event.anchorEnd), mark)
    return mark
  }

  function readItems(mark: Mark): void {
    for (let index = 0; events[next]?.type !== EVENT_ID.POP; index++) {
      mark.children.set(String(index), read(undefined))
    }
    next++
  }

  function readPairs(mark: Mark): void {
    const merged: Mark[] = []
    while (events[next]?.type !== EVENT_ID.POP) {
      const event = events[next]
      if (event?.type !== EVENT_ID.SCALAR) refuseKey(mark)
      next++
      const name = getScalarValue(source.text, event)
      const offset = scalarStart(event)
      const child = read(offset >= 0 ? offset : mark.value)
      if (name === '<<' && event.style === SCALAR_STYLE.PLAIN) merged.push(child)
      else mark.children.set(name, child)
    }
    next++
    // A mapping's own keys take precedence over merged ones, wherever `<<` is; of several merged mappings the first does.
    for (const { children } of merged) {
      const mappings = children.has('0') ? [...children.values()].map(item => item.children) : [children]
      for (const mapping of mappings) {
        for (const [name, child] of mapping) if (!mark.children.has(name)) mark.children.set(name, child)
      }
    }
  }

  function refuseKey(parent: Mark): never {
    const template = textAt(parent.value, parent.value + 2) === '{{'
    throw new Origin(source, parent).error(
      template ? 'expected a value, got a Jinja expression' : 'expected a name as key, got a list or a mapping',
      template ? templateHint : undefined,
    )
  }

  return read(undefined)
}

/** The start of a scalar, with its opening quote; -1 if it is empty. */
function scalarStart(event: ScalarEvent): number {
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
  return quoted ? event.valueStart - 1 : event.valueStart
}
