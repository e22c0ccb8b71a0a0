import { Element, type Node } from './element.js'
import { parseXml } from './parse-xml.js'

/** XML as a tree: Pacemaker's CIB and crm_mon's reports. */
export { insertAfter, newElement, remove, type Element } from './element.js'
export { parseXml } from './parse-xml.js'
export { renderXml } from './render-xml.js'

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

/** The element's child elements, only those with one of the names if names are given. */
export function elementsOf(element: Element | undefined, ...names: string[]): Element[] {
  const elements: Element[] = []
  for (let child = element?.firstChild ?? null; child !== null; child = child.nextSibling)
    if (child instanceof Element && (names.length === 0 || names.includes(child.tagName))) elements.push(child)
  return elements
}

/** The first element at a path of names below this one. */
export function firstOf(element: Element | undefined, ...path: string[]): Element | undefined {
  return path.reduce((parent, name) => elementsOf(parent, name)[0], element)
}

/** The value of an attribute; undefined if the element does not have it. */
export function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.getAttribute(name)
}

/** The attributes in their order. */
export function attributesOf(element: Element): [name: string, value: string][] {
  return Object.entries(element.attributes)
}

/** The element itself and all below it, in the order of the document. */
export function* walk(element: Element): Generator<Element> {
  for (let at: Node | null = element; at !== null; at = nextIn(element, at)) if (at instanceof Element) yield at
}

/** All elements below this one that have one of the names, at any depth. */
export function descendantsOf(element: Element | undefined, ...names: string[]): Element[] {
  const elements: Element[] = []
  if (element === undefined) return elements
  for (let at = nextIn(element, element); at !== null; at = nextIn(element, at))
    if (at instanceof Element && names.includes(at.tagName)) elements.push(at)
  return elements
}

/** The node behind another one in the order of the document; null if none in the element follows. */
function nextIn(element: Element, node: Node): Node | null {
  if (node instanceof Element && node.firstChild !== null) return node.firstChild
  let at = node
  while (at !== element && at.nextSibling === null) at = at.parentElement!
  return at === element ? null : at.nextSibling
}

/** The first of an element and all elements in it, in document order, that passes a test. */
export function findElement(element: Element, test: (candidate: Element) => boolean): Element | undefined {
  for (const candidate of walk(element)) if (test(candidate)) return candidate
  return undefined
}
