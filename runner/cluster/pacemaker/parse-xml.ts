import { SaxesParser } from 'saxes'
import { CharacterData, Element } from './element.js'

/** Pacemaker's own documents have less than 20 levels; what walks an element calls itself at each. */
const maxDepth = 200

/**
 * The tree of a text. What is read and written again is equivalent: the order of elements and attributes, comments and unknown elements
 * are kept, only indentation may change.
 * @throws Error if the text is not one well-formed document: truncated output is not.
 */
export function parseXml(text: string): Element {
  const hasControls = controlReference.test(text)
  const version = { defaultXMLVersion: hasControls ? '1.1' : '1.0', forceXMLVersion: true } as const
  const parser = new SaxesParser({ ...version, xmlns: false, position: false } as const)
  let root: Element | undefined
  let at: Element | null = null
  let depth = 0
  const add = (kind: CharacterData['kind'], data: string) => at?.appendChild(new CharacterData(kind, data))
  parser.on('opentag', ({ name, attributes }) => {
    if (depth > maxDepth) throw new Error(`elements are nested more than ${maxDepth} levels deep`)
    const element = new Element(name, attributes)
    if (at === null) root = element
    else at.appendChild(element)
    at = element
    depth += 1
  })
  parser.on('closetag', () => {
    at = at?.parentElement ?? null
    depth -= 1
  })
  parser.on('text', data => {
    if (!/^\n *$/.test(data)) add('text', data)
  })
  parser.on('cdata', data => add('cdata', data))
  parser.on('comment', data => add('comment', data))
  parser.on('processinginstruction', ({ target, body }) => add('instruction', `${target} ${body}`.trimEnd()))
  parser.on('error', ({ message }) => {
    throw new Error(`not well-formed XML: ${message.replace(/\.$/, '')} (line ${parser.line})`)
  })
  parser.write(hasControls ? text.replaceAll(unlikeVersion10, reference) : text).close()
  if (root === undefined) throw new Error('not well-formed XML: it has no root element')
  return root
}

/**
 * References to control characters, which Pacemaker writes if a program has printed them, and which XML allows from version 1.1 on. What
 * that version reads differently when it stands there itself becomes a reference too.
 */
const controlReference = /&#(?:x0*1?[0-9a-f]|0*(?:[12]?\d|3[01]));/i
const unlikeVersion10 = /[\u007F-\u009F\u2028]/g

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`
}
