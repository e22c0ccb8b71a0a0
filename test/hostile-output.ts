import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { load } from 'js-yaml'

/** What a node that is broken, or that somebody has taken over, may print: as ha-run reads it, decoded from UTF-8. */

const pieces = [
  ...['\0', '\r', '\r\n', '\n', '\n\n', '\t', '\x07', '\b', '\x7f'],
  // Sequences that a terminal obeys.
  ...['\x1b[2J', '\x1b]0;owned\x07', '\x1b]8;;http://x\x1b\\', '\x1bP1$r\x1b\\', '\x9b2J', '\x9d0;x\x9c'],
  // Marks that reorder or hide text, and a byte that is no UTF-8.
  ...['\u202e', '\u2066', '\u200b', '\u2028', '\ufeff', '\ufffd'],
  ...['<', '>', '&', '"', "'", ']]>', '<!--', '<![CDATA[', '&#0;', '&#x1b;', '&x;', '<!DOCTYPE x [<!ENTITY x "y">]>'],
  ...['=', ':', '{', '}', '[', ']', '(', ')', ',', '#', '|', '%', '$(x)', '`', '\\', ' ', '\t\t'],
  ...['__proto__', 'constructor', '-1', '0', '1e999', 'NaN', '99999999999999999999', '2026-13-45', 'é', '日', '😀'],
]

/** Any bytes, as the session decodes them. */
const bytes = fc.uint8Array({ maxLength: 6 }).map(array => Buffer.from(array).toString('utf8'))

const piece = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: bytes })

export const hostileText: fc.Arbitrary<string> = fc.array(piece, { maxLength: 8 }).map(parts => parts.join(''))

/** A real output with something cut out of it and something hostile put in. */
export function damaged(samples: readonly string[]): fc.Arbitrary<string> {
  const where = fc.double({ min: 0, max: 1, noNaN: true })
  const cut = fc.oneof(fc.constant(0), fc.nat(8), fc.nat(2000))
  const damage = fc.tuple(where, cut, fc.oneof(fc.constant(''), hostileText))
  return fc.tuple(fc.constantFrom(...samples), fc.array(damage, { minLength: 1, maxLength: 4 })).map(([sample, all]) =>
    all.reduce((text, [place, length, put]) => {
      const at = Math.floor(place * text.length)
      return text.slice(0, at) + put + text.slice(at + length)
    }, sample),
  )
}

const length = 1 << 20

/** Outputs of a megabyte, as one line or as many things, and elements whose parser takes longer for each. */
export const endless: readonly string[] = [
  '\n'.repeat(length / 8),
  ...['x', '\0', '(', '[', '"', 'a: b\n'].map(text => text.repeat(Math.ceil(length / text.length))),
  `127.0.0.1 x${' '.repeat(length)}`,
  `[x]\nx${' '.repeat(length)}x`,
  '<a b="'.repeat(1 << 13),
  `${'<a>'.repeat(1 << 13)}${'</a>'.repeat(1 << 13)}`,
]

/** What one field of the cases in a folder has: outputs and files of nodes. */
export function samplesIn(folder: string, field: string): string[] {
  return readdirSync(join('test/cases', folder)).flatMap(file => {
    const data: unknown = load(readFileSync(join('test/cases', folder, file), 'utf8'))
    const value: unknown = typeof data === 'object' && data !== null && Reflect.get(data, field)
    return typeof value === 'string' ? [value] : []
  })
}

/** Whether a failure is a defect of the code that reads, and not its answer to what it cannot read. */
export function isDefect(error: unknown): boolean {
  const defects = [TypeError, RangeError, ReferenceError, SyntaxError]
  return !(error instanceof Error) || defects.some(kind => error instanceof kind)
}
