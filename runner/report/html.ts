import { escapeHtml } from '../ui/escape.js'

/** Text that is markup already. Only `html` makes it, from its own words: all that goes in is escaped, or was. */
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

/** What can stand in a template: text and numbers, markup, several of these, or nothing. */
export type Content = string | number | Markup | undefined | false | readonly Content[]

/** Markup for HTML and SVG alike. Attributes must stand in double quotes. */
export function html(words: TemplateStringsArray, ...contents: Content[]): Markup {
  return new MarkupText(words.reduce((text, word, index) => text + rendered(contents[index - 1]) + word))
}

/** Nothing. */
export const nothing = html``

function rendered(content: Content): string {
  if (content === undefined || content === false) return ''
  if (content instanceof MarkupText) return content.toString()
  if (typeof content === 'string') return escapeHtml(content)
  if (typeof content === 'number') return String(content)
  if (Array.isArray(content)) return content.map(rendered).join('')
  throw new TypeError('only text, numbers and markup can stand in a page')
}
