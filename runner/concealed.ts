/**
 * Texts that no output may contain: what was decrypted from a vault. They are values like any other to the code that uses them, such as a
 * parameter of a resource, so they are hidden by their text where output leaves this process.
 */

const mask = '********'

/** Shorter texts are parts of ordinary words: masking them would make the output unreadable and would hide little. */
const minLength = 4

const texts = new Set<string>()

/** Hides a text in all output from now on. Texts of fewer than 4 characters are not hidden. */
export function conceal(text: string): void {
  for (const part of [text, ...text.split('\n')]) if (part.trim().length >= minLength) texts.add(part.trim())
}

/** Whether there is anything to hide. */
export function concealsAnything(): boolean {
  return texts.size > 0
}

/** The text with everything hidden in it masked; longer texts first, because a shorter one may be a part of them. */
export function concealed(text: string): string {
  return [...texts]
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, hidden) => rest.replaceAll(hidden, mask), text)
}
