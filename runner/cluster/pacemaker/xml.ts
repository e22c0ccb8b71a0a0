import {
  DOMImplementation,
  DOMParser,
  XMLSerializer,
  onWarningStopParsing,
  type Document,
  type Element,
  type Node,
} from '@xmldom/xmldom'

/**
 * XML as a DOM: Pacemaker's CIB, crm_mon's reports and agents' metadata. What is read and written again is equivalent:
 * the order of elements and attributes, comments and unknown elements are kept, only indentation may change.
 */
export type { Element }

/**
 * The document of a text, for an edit: the caller may change it.
 * @throws Error if the text is not one well-formed document: truncated output is not.
 */
export function parseXml(text: string): Element {
  const root = parseDocument(text).documentElement!
  refuseDeepNesting(root)
  if (!text.includes('&#')) return root
  for (const element of walk(root)) {
    // xmldom makes lone surrogates of a character reference beyond Unicode.
    if (valuesOf(element).some(value => /\p{Surrogate}/u.test(value)))
      throw new Error(`not well-formed XML: a character of <${element.tagName}> is not Unicode`)
  }
  return root
}

/** The documents that were read last, by their texts: the nodes of a cluster have the same CIB, and many checks read it. */
const lastRead = new Map<string, Element>()
/** The CIBs of a thousand small clusters, or two of a thousand resources each. */
const maxCharacters = 8e6

/**
 * The document of a text, for readers: they share it, and nobody may change it.
 * @throws Error if the text is not one well-formed document.
 */
export function readXml(text: string): Element {
  const root = lastRead.get(text) ?? parseXml(text)
  lastRead.delete(text)
  let characters = [...lastRead.keys()].reduce((sum, { length }) => sum + length, text.length)
  for (const oldest of lastRead.keys()) {
    if (characters <= maxCharacters) break
    lastRead.delete(oldest)
    characters -= oldest.length
  }
  lastRead.set(text, root)
  return root
}

/** Pacemaker's own documents have less than 20 levels; what walks an element calls itself at each. */
const maxDepth = 200

function refuseDeepNesting(root: Element): void {
  let depth = 0
  for (let at: Node | null = root; at;) {
    if (depth > maxDepth) throw new Error(`elements are nested more than ${maxDepth} levels deep`)
    if (at.firstChild) {
      at = at.firstChild
      depth += 1
      continue
    }
    while (at && at !== root && !at.nextSibling) {
      at = at.parentNode
      depth -= 1
    }
    at = at === root || !at ? null : at.nextSibling
  }
}

function parseDocument(text: string): Document {
  const problems: string[] = []
  const parser = new DOMParser({
    // The default of xmldom also takes U+0085 and U+2028 for line endings, which they are not in XML 1.0.
    normalizeLineEndings: source => source.replaceAll(/\r\n?/g, '\n'),
    onError: (_level, message, { locator }) => {
      problems.push(
        `${message.replace(/^element parse error: Error: /, '')} ${locator?.lineNumber ? `(line ${locator.lineNumber})` : ''}`.trimEnd(),
      )
      onWarningStopParsing()
    },
  })
  try {
    return parser.parseFromString(text, 'text/xml')
  } catch (error) {
    throw new Error(`not well-formed XML: ${problems[0] ?? String(error)}`, { cause: error })
  }
}

/**
 * Writes an element as Pacemaker does: two spaces a level, one element a line.
 * @throws Error if a value contains a character that XML 1.0 does not allow, such as NUL.
 */
export function renderXml(element: Element): string {
  for (const each of walk(element)) refuseControlCharacters(each)
  return `${render(element, '')}\n`
}

function render(element: Element, indent: string): string {
  if (element.firstChild === null || isMixed(element)) return indent + serialize(element)
  const children = [...element.childNodes].filter(child => !isText(child))
  const empty = serialize(element.cloneNode(false))
  if (children.length === 0) return indent + empty
  const inner = children.map(child =>
    isElement(child) ? render(child, `${indent}  `) : `${indent}  ${serialize(child)}`,
  )
  return [`${indent}${empty.slice(0, -'/>'.length)}>`, ...inner, `${indent}</${element.tagName}>`].join('\n')
}

const serializer = new XMLSerializer()

function serialize(node: Node): string {
  // xmldom leaves a carriage return in text as it is, and a parser would make a line feed of it.
  return serializer.serializeToString(node).replaceAll('\r', '&#13;')
}

function refuseControlCharacters(element: Element): void {
  const value = valuesOf(element).find(text => /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))
  if (value !== undefined) throw new Error(`XML cannot carry a control character: ${JSON.stringify(value)}`)
}

/** The values of the attributes and the text directly in an element. */
function valuesOf(element: Element): string[] {
  return [
    ...[...element.attributes].map(({ value }) => value),
    ...[...element.childNodes].flatMap(node => (isElement(node) ? [] : (node.nodeValue ?? ''))),
  ]
}

/** True if the element contains text, in which white space counts. */
function isMixed(element: Element): boolean {
  return [...element.childNodes].some(
    node => node.nodeType === node.CDATA_SECTION_NODE || (isText(node) && /[^ \t\n\r]/.test(node.nodeValue ?? '')),
  )
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE
}

function isText(node: Node): boolean {
  return node.nodeType === node.TEXT_NODE
}

/** The element's child elements, only those with one of the names if names are given. */
export function elementsOf(element: Element | undefined, ...names: string[]): Element[] {
  const elements: Element[] = []
  for (let child = element?.firstChild ?? null; child !== null; child = child.nextSibling)
    if (isElement(child) && (names.length === 0 || names.includes(child.tagName))) elements.push(child)
  return elements
}

/** The first element at a path of names below this one. */
export function firstOf(element: Element | undefined, ...path: string[]): Element | undefined {
  return path.reduce((parent, name) => elementsOf(parent, name)[0], element)
}

/** The value of an attribute; undefined if the element does not have it. */
export function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.getAttribute(name) ?? undefined
}

/** The attributes in their order. */
export function attributesOf(element: Element): [name: string, value: string][] {
  return [...element.attributes].map(({ name, value }) => [name, value])
}

/** The element itself and all below it, in the order of the document. */
export function* walk(element: Element): Generator<Element> {
  yield element
  for (const child of elementsOf(element)) yield* walk(child)
}

/** All elements below this one that have one of the names, at any depth. */
export function descendantsOf(element: Element | undefined, ...names: string[]): Element[] {
  return elementsOf(element)
    .flatMap(child => [...walk(child)])
    .filter(({ tagName }) => names.includes(tagName))
}

/** The first of an element and all elements in it, in document order, that passes a test. */
export function findElement(element: Element, test: (candidate: Element) => boolean): Element | undefined {
  for (const candidate of walk(element)) if (test(candidate)) return candidate
  return undefined
}

const factory = new DOMImplementation().createDocument(null, '')

/** A new element, which belongs nowhere yet. */
export function newElement(name: string, attributes: Record<string, string> = {}, children: Element[] = []): Element {
  const element = factory.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  for (const child of children) element.appendChild(child)
  return element
}

/** Takes an element out of its parent. */
export function remove(element: Element): void {
  element.parentNode?.removeChild(element)
}

/** Moves an element behind another one. */
export function insertAfter(element: Element, previous: Element): void {
  previous.parentNode?.insertBefore(element, previous.nextSibling)
}
