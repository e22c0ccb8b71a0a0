import { Secret } from '../secret.js'

/** What may stand in a `${}` of a remote command: a word, a number, or a list of words. */
export type Word = string | number
export type Words = Word | readonly Word[]

/**
 * One word as POSIX sh reads it back, byte for byte: plain words as they are, others in single quotes.
 *
 * @throws TypeError for NUL bytes, which no argument can hold, and for secrets, which travel on stdin only.
 */
export function quote(word: Word): string {
  if ((word as unknown) instanceof Secret) throw new TypeError('a secret cannot be an argument: send it as input')
  if (typeof word !== 'string' && typeof word !== 'number') throw new TypeError(`not a word: ${typeof word}`)
  const text = String(word)
  if (text.includes('\0')) throw new TypeError('a word cannot hold a NUL byte')
  if (/^[\w@%+:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A list of words as one shell command. */
export function quoteWords(words: Words): string {
  return typeof words === 'object' ? words.map(quote).join(' ') : quote(words)
}

/** A template's text as it stands, its values quoted for POSIX sh; lists become several words. */
export function shellText(pieces: TemplateStringsArray, values: readonly Words[]): string {
  return String.raw({ raw: pieces }, ...values.map(quoteWords))
}

/** Shell text as a value: `` sh`stat -- ${path}` ``. */
export function sh(pieces: TemplateStringsArray, ...values: Words[]): string {
  return shellText(pieces, values)
}
