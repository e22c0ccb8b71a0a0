import { CharacterData, Element, type Node } from './element.js'

/**
 * Writes an element as Pacemaker does: two spaces a level, one element a line.
 * @throws Error if a value contains a character that XML 1.0 does not allow, such as NUL.
 */
export function renderXml(element: Element): string {
  const parts: string[] = []
  render(element, '\n', parts)
  parts.push('\n')
  return parts.join('').slice(1)
}

/** @param start - what stands before each child: the line's end and the indentation. Undefined in text, in which white space counts. */
function render(element: Element, start: string | undefined, parts: string[]): void {
  const children = start === undefined ? [...element.childNodes()] : shownChildren(element)
  parts.push(start ?? '', '<', element.tagName, attributesOf(element))
  if (children.length === 0) {
    parts.push('/>')
    return
  }
  parts.push('>')
  const inner = start === undefined || children.some(isText) ? undefined : `${start}  `
  for (const child of children) {
    if (child instanceof Element) render(child, inner, parts)
    else parts.push(inner ?? '', written(child))
  }
  parts.push((inner && start) ?? '', '</', element.tagName, '>')
}

/** The children without the indentation between them. */
function shownChildren(element: Element): Node[] {
  const children = [...element.childNodes()]
  return children.some(isMeantText) ? children : children.filter(child => !isText(child))
}

function isText(node: Node): boolean {
  return node instanceof CharacterData && node.isText
}

function isMeantText(node: Node): boolean {
  return node instanceof CharacterData && node.isText && (node.kind === 'cdata' || /[^ \t\n\r]/.test(node.data))
}

function attributesOf({ attributes }: Element): string {
  let text = ''
  for (const name in attributes) text += ` ${name}="${allowed(attributes[name]!).replaceAll(/[<>&"\t\n\r]/g, escaped)}"`
  return text
}

function written({ kind, data }: CharacterData): string {
  if (kind === 'comment') return `<!--${allowed(data)}-->`
  if (kind === 'cdata') return `<![CDATA[${allowed(data)}]]>`
  return kind === 'instruction' ? `<?${allowed(data)}?>` : allowed(data).replaceAll(/[<>&\r]/g, escaped)
}

const escapes: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' }

function escaped(character: string): string {
  return escapes[character] ?? `&#${character.charCodeAt(0)};`
}

function allowed(value: string): string {
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(value))
    throw new Error(`XML cannot carry a control character: ${JSON.stringify(value)}`)
  return value
}
