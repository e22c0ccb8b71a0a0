/**
 * Texts that no output may contain: what was decrypted from a vault, and the passwords of the inventory. They are values like any other to
 * the code that uses them, such as a parameter of a resource, so they are hidden by their text where output leaves this process.
 */

export const mask = '********'

/** Shorter texts are parts of ordinary words: masking them would make the output unreadable and would hide little. */
const minLength = 4

const texts = new Set<string>()
let pattern: RegExp | undefined

/**
 * Hides a text in all output from now on, with its lines, and with its parts around placeholders such as `{node}`. Texts of fewer than 4
 * characters are not hidden.
 */
export function conceal(text: string): void {
  const parts = text.split(/[\r\n]+|\{\w+\}/).filter(part => part.replace(/[^\p{L}\p{N}]/gu, '').length >= minLength)
  for (const part of [text, ...parts].map(each => each.trim())) {
    if (part.length < minLength || texts.has(part)) continue
    texts.add(part)
    pattern = undefined
  }
}

/** Whether a text is hidden as a whole. */
export function isConcealed(text: string): boolean {
  return texts.has(text.trim())
}

/** The text with everything hidden in it masked. */
export function concealed(text: string): string {
  if (texts.size === 0) return text
  pattern ??= patternOf([...texts].flatMap(formsOf))
  return text.replace(pattern, mask)
}

/** Longer texts come first, because a shorter one may be a part of them. */
function patternOf(forms: string[]): RegExp {
  const longestFirst = [...new Set(forms)].toSorted((one, other) => other.length - one.length)
  return new RegExp(longestFirst.map(form => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g')
}

/** A text as it is, and as JSON, XML and a shell's single quotes have it: an error may quote a whole command or XML. */
function formsOf(text: string): string[] {
  const inText = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const inAttribute = inText.replaceAll('"', '&quot;')
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    inText,
    inAttribute,
    inAttribute.replaceAll("'", '&apos;'),
    inAttribute.replaceAll("'", '&#39;'),
    text.replaceAll("'", `'\\''`),
  ]
}
