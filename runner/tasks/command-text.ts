import { shellText, ShellText, type Arguments } from '../ssh/quote.js'

/** Makes the text of a command: its values are quoted as by a remote `$`, and nothing is sent. */
export type CommandTemplate = (pieces: TemplateStringsArray, ...values: Arguments[]) => ShellText

/**
 * A command that travels to the node with others, written as one of zx's: `` $ => $`nginx -t -c ${path}` ``. It is POSIX sh, and may have
 * several lines.
 */
export type CommandText = ($: CommandTemplate) => ShellText

/** The shell text of a command. */
export function textOf(command: CommandText | string): string {
  return typeof command === 'string'
    ? command
    : command((pieces, ...values) => new ShellText(shellText(pieces, values))).toString()
}
