import { escapeHtml } from '../ui/escape.js'

/** Markup. Only `html` creates it, and escapes all text that is put into it. */
class MarkupText {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

export type Markup = MarkupText

/** What a template can contain: text, numbers, markup, lists of these, or nothing. */
export type Content = string | number | Markup | undefined | false | readonly Content[]

/** A template for HTML and SVG. Attributes must be in double quotes. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Markup {
  return new MarkupText(strings.reduce((text, string, index) => text + rendered(contents[index - 1]) + string))
}

/** Empty markup. */
export const nothing = html``

function rendered(content: Content): string {
  if (content === undefined || content === false) return ''
  if (content instanceof MarkupText) return content.toString()
  if (typeof content === 'string') return escapeHtml(content)
  if (typeof content === 'number') return String(content)
  if (Array.isArray(content)) return content.map(rendered).join('')
  throw new TypeError('a template can contain only text, numbers and markup')
}
