/** Text files as lists of lines with their line ends, so that what is not edited stays the same byte for byte. */

/** The lines of a text, each with its line end; the last one may have none. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** The line end of a text: CRLF if its first line has it. */
export function lineEndOf(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
}

/** The text with a line end at its end, so that lines can be appended. */
export function ended(text: string, lineEnd: string): string {
  return text === '' || text.endsWith('\n') ? text : text + lineEnd
}

/** A line without its line end. */
export function bodyOf(line: string): string {
  return line.replace(/\r?\n$/, '')
}

/** A line with another body and its own line end. */
export function withBody(line: string, body: string): string {
  return body + line.slice(bodyOf(line).length)
}

/** The text with a part appended after an empty line. */
export function withPart(text: string, part: string, lineEnd: string): string {
  const before = ended(text, lineEnd)
  const gap = before === '' || /(^|\n)\r?\n$/.test(before) ? '' : lineEnd
  return before + gap + part
}
