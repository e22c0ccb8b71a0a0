/**
 * Text files as lists of lines that keep their own line ends, so that what is not edited stays byte for byte.
 */

/** The lines of a text, each with its line end; the last one may have none. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** The line end that a text uses: CRLF where its first line does. */
export function lineEndOf(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
}

/** The text with its last line ended, so that something can follow. */
export function ended(text: string, lineEnd: string): string {
  return text === '' || text.endsWith('\n') ? text : text + lineEnd
}

/** A line without its line end. */
export function bodyOf(line: string): string {
  return line.replace(/\r?\n$/, '')
}

/** A line with another body and the same line end. */
export function withBody(line: string, body: string): string {
  return body + line.slice(bodyOf(line).length)
}

/** The text and a new part after it, with one empty line between the two. */
export function withPart(text: string, part: string, lineEnd: string): string {
  const before = ended(text, lineEnd)
  const gap = before === '' || /(^|\n)\r?\n$/.test(before) ? '' : lineEnd
  return before + gap + part
}
