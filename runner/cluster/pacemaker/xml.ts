import { XMLParser } from 'fast-xml-parser'

/**
 * An XML document as a tree that can be changed and written again: order of elements and attributes kept, nothing
 * dropped but white space between elements, the declaration and processing instructions. Pacemaker's CIB, crm_mon's
 * reports and agents' metadata are read with it.
 */

export interface Element {
  name: string
  attributes: Map<string, string>
  children: (Element | Text | Comment)[]
}

export interface Text {
  text: string
}

export interface Comment {
  comment: string
}

// Entities stay as written: fast-xml-parser leaves character references such as `&#10;` alone unless told to take
// everything for HTML. `decode` below knows XML's own.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  commentPropName: '#comment',
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true
})

/** What fast-xml-parser makes of a node: its name (or `#text` and the like) and, under `:@`, its attributes. */
type RawNode = Record<string, RawNode[] | Record<string, string> | string>

/**
 * Reads a whole document.
 * @throws Error when the text is not well-formed XML with one root element; truncated output is not.
 */
export function parseXml(text: string): Element {
  const roots = childrenOf(rawParse(text)).filter(child => 'name' in child)
  const [root] = roots
  if (root === undefined || roots.length > 1) throw new Error(`not an XML document: ${roots.length} root elements`)
  return root
}

function rawParse(text: string): RawNode[] {
  if (text.trim() === '') throw new Error('not well-formed XML: there is no text at all')
  try {
    return parser.parse(text, true)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`not well-formed XML: ${why}`, { cause: error })
  }
}

function childrenOf(nodes: RawNode[]): Element['children'] {
  const children = nodes.map(nodeOf)
  const blank = children.every(child => !('text' in child) || /^[ \t\r\n]*$/.test(child.text))
  return blank ? children.filter(child => !('text' in child)) : children
}

function nodeOf(raw: RawNode): Element | Text | Comment {
  const name = Object.keys(raw).find(key => key !== ':@') ?? ''
  const content = raw[name]
  if (!Array.isArray(content)) return { text: decode(asText(content)) }
  if (name === '#cdata') return { text: plain(content) }
  if (name === '#comment') return { comment: plain(content) }
  // A bare line break or tab in an attribute means a space (XML 1.0, 3.3.3).
  const attributes = Object.entries(raw[':@'] ?? {})
    .map(([key, value]) => [key, decode(asText(value).replace(/\r\n|[\t\n\r]/g, ' '))] as const)
  return { name, attributes: new Map(attributes), children: childrenOf(content) }
}

function plain(content: RawNode[]): string {
  return content.map(part => asText(part['#text'])).join('')
}

function asText(value: RawNode[string] | RawNode | undefined): string {
  return typeof value === 'string' ? value : ''
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decode(raw: string): string {
  return raw.replace(/&([^;]*);?/g, (whole, name: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? []
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16)
    const character = code <= 0x10FFFF ? String.fromCodePoint(code) : entities[name]
    if (character === undefined || !whole.endsWith(';')) {
      throw new Error(`not well-formed XML: unknown entity ${whole.slice(0, 20)}`)
    }
    return character
  })
}

/**
 * Writes a tree as Pacemaker does: two spaces a level, one element a line.
 * @throws Error where a value holds a character that XML 1.0 cannot carry, such as NUL.
 */
export function renderXml(element: Element): string {
  return `${render(element, '')}\n`
}

function render(element: Element, indent: string): string {
  const attributes = [...element.attributes].map(([key, value]) => ` ${key}="${escape(value)}"`).join('')
  const open = `${indent}<${element.name}${attributes}`
  if (element.children.length === 0) return `${open}/>`
  const mixed = element.children.some(child => 'text' in child)
  const inner = element.children.map(child => {
    if ('text' in child) return escape(child.text)
    const margin = mixed ? '' : `${indent}  `
    return 'comment' in child ? `${margin}<!--${child.comment}-->` : render(child, margin)
  })
  return mixed
    ? `${open}>${inner.join('')}</${element.name}>`
    : `${open}>\n${inner.join('\n')}\n${indent}</${element.name}>`
}

const escapes: Record<string, string> = {
  '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', '\n': '&#10;', '\t': '&#9;', '\r': '&#13;'
}

// As references, since a parser turns a bare line break or tab in an attribute into a space.
function escape(value: string): string {
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(value)) {
    throw new Error(`XML cannot carry a control character: ${JSON.stringify(value)}`)
  }
  return value.replace(/[<>&"\n\t\r]/g, character => escapes[character] ?? character)
}

/** The element's child elements, those with one of the names when names are given. */
export function elementsOf(element: Element, ...names: string[]): Element[] {
  const elements = element.children.filter(child => 'name' in child)
  return names.length === 0 ? elements : elements.filter(({ name }) => names.includes(name))
}

/** The element's first child with the name. */
export function firstOf(element: Element | undefined, name: string): Element | undefined {
  return element && elementsOf(element, name)[0]
}

/** The element itself and all below it, in the order of the document. */
export function* walk(element: Element): Generator<Element> {
  const rest = [element]
  for (let next = rest.pop(); next; next = rest.pop()) {
    yield next
    rest.push(...elementsOf(next).toReversed())
  }
}

/** The first of an element and all elements in it, in document order, that passes a test. */
export function findElement(element: Element, test: (candidate: Element) => boolean): Element | undefined {
  for (const candidate of walk(element)) if (test(candidate)) return candidate
  return undefined
}

/** A new element. */
export function newElement(name: string, attributes: Record<string, string> = {}, children: Element[] = []): Element {
  return { name, attributes: new Map(Object.entries(attributes)), children }
}
