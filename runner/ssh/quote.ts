import { Secret } from '../secret.js'

/** What may stand in a `${}` of a remote command: one argument, a list of them, or shell text. */
export type Argument = string | number
export type Arguments = Argument | readonly Argument[] | ShellText

/** A part of a script: a template inserts it as it is, without quotes. */
export class ShellText {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/**
 * One argument as POSIX sh reads it back, byte for byte: in single quotes unless it is plain.
 *
 * @throws TypeError for NUL bytes, which no argument can contain, and for secrets, which are sent on stdin only.
 */
export function quote(argument: Argument): string {
  if ((argument as unknown) instanceof Secret) throw new TypeError('a secret cannot be an argument: send it as input')
  if (typeof argument !== 'string' && typeof argument !== 'number')
    throw new TypeError(`not an argument: ${typeof argument}`)
  const text = String(argument)
  if (text.includes('\0')) throw new TypeError('an argument cannot contain a NUL byte')
  if (/^[\w@%+:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The arguments of a shell command. */
export function quoteAll(args: Arguments): string {
  if (args instanceof ShellText) return args.toString()
  return typeof args === 'object' ? args.map(quote).join(' ') : quote(args)
}

/** A template's text, with its values quoted for POSIX sh; lists become several arguments, and shell text stays as it is. */
export function shellText(pieces: TemplateStringsArray, values: readonly Arguments[]): string {
  return String.raw({ raw: pieces }, ...values.map(quoteAll))
}

/** Shell text as a value: `` sh`stat -- ${path}` ``. */
export function sh(pieces: TemplateStringsArray, ...values: Arguments[]): string {
  return shellText(pieces, values)
}
