import fc from 'fast-check'

/** Pieces that a shell would make something else of, if it were let. */
const pieces = [
  ' ', '  ', "'", '"', "'\\''", '\\', '\\n', '\n', '\r', '\r\n', '\t', '$(echo x)', '`echo x`', '$HOME', '${x}', '$$', '!', '!!',
  '-', '--', '-n', '-e', '*', '?', '[a]', '/*', '~', '~root', '{a,b}', ';', '&', '&&', '|', '<', '>', '>&2', '#', '=', 'a=b', '%s', '(', ')',
  '\x01', '\x03', '\x04', '\x1b[0m', '\x7f', '\u0080', '\u00e9', '\u00ff', '\u2028', '\ufeff', '😀', 'EOF', 'ha-run-0 part 0',
]

/** A value that an argument can hold: any text without NUL, the empty one too. */
export const hostileWord = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 6 })
  .map(parts => parts.join('').replaceAll('\0', ''))

export const hostileWords = fc.array(hostileWord, { minLength: 1, maxLength: 12 })
