/**
 * An XML tree that is read fast and can be edited: the part of the DOM that an edit of a CIB needs, with the DOM's names. Reading a large
 * CIB into a DOM of xmldom or slimdom took three times as long (docs/benchmark.md, Large CIBs).
 */
export type Node = Element | CharacterData

/** What an element and the data between elements have in common: a place in the tree. */
class Place {
  parentElement: Element | null = null
  previousSibling: Node | null = null
  nextSibling: Node | null = null
}

/** What is not an element: text, a comment, a CDATA section or a processing instruction, without its delimiters. */
export class CharacterData extends Place {
  constructor(
    readonly kind: 'text' | 'comment' | 'cdata' | 'instruction',
    readonly data: string,
  ) {
    super()
  }

  get isText(): boolean {
    return this.kind === 'text' || this.kind === 'cdata'
  }

  clone(): CharacterData {
    return new CharacterData(this.kind, this.data)
  }
}

export class Element extends Place {
  firstChild: Node | null = null
  lastChild: Node | null = null

  constructor(
    readonly tagName: string,
    /** In their order; an object without a prototype. */
    readonly attributes: Record<string, string>,
  ) {
    super()
  }

  getAttribute(name: string): string | undefined {
    return this.attributes[name]
  }

  setAttribute(name: string, value: string): void {
    this.attributes[name] = value
  }

  removeAttribute(name: string): void {
    delete this.attributes[name]
  }

  /** The nodes directly in this element. The next one is found before one is handed out, which may then be moved. */
  *childNodes(): Generator<Node> {
    for (let node = this.firstChild; node !== null;) {
      const next: Node | null = node.nextSibling
      yield node
      node = next
    }
  }

  /** All text in this element, at any depth. */
  get textContent(): string {
    return [...this.childNodes()]
      .map(node => (node instanceof Element ? node.textContent : node.isText ? node.data : ''))
      .join('')
  }

  appendChild(node: Node): void {
    this.insertBefore(node, null)
  }

  /** Moves a node into this element. @param next - the child that it stands before; null for the last place. */
  insertBefore(node: Node, next: Node | null): void {
    if (node === next) return
    remove(node)
    const previous = next === null ? this.lastChild : next.previousSibling
    node.parentElement = this
    node.previousSibling = previous
    node.nextSibling = next
    if (previous === null) this.firstChild = node
    else previous.nextSibling = node
    if (next === null) this.lastChild = node
    else next.previousSibling = node
  }

  replaceChild(node: Node, former: Node): void {
    if (node === former) return
    const next = former.nextSibling === node ? node.nextSibling : former.nextSibling
    remove(former)
    this.insertBefore(node, next)
  }

  /** A copy with all that the element contains, which belongs nowhere yet. */
  clone(): Element {
    const copy = new Element(this.tagName, withoutPrototype(this.attributes))
    for (let node = this.firstChild; node !== null; node = node.nextSibling) copy.appendChild(node.clone())
    return copy
  }
}

/** A new element, which belongs nowhere yet. */
export function newElement(name: string, attributes: Record<string, string> = {}, children: Element[] = []): Element {
  const element = new Element(name, withoutPrototype(attributes))
  for (const child of children) element.appendChild(child)
  return element
}

/** An attribute may be called like a method of all objects. */
function withoutPrototype(attributes: Record<string, string>): Record<string, string> {
  return Object.assign(Object.create(null) as Record<string, string>, attributes)
}

/** Takes a node out of its parent. */
export function remove(node: Node): void {
  const { parentElement: parent, previousSibling: previous, nextSibling: next } = node
  if (parent === null) return
  if (previous === null) parent.firstChild = next
  else previous.nextSibling = next
  if (next === null) parent.lastChild = previous
  else next.previousSibling = previous
  node.parentElement = null
  node.previousSibling = null
  node.nextSibling = null
}

/** Moves an element behind another one. */
export function insertAfter(element: Element, previous: Element): void {
  previous.parentElement?.insertBefore(element, previous.nextSibling)
}
