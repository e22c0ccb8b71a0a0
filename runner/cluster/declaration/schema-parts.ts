import * as z from 'zod/mini'
import { expected, named, scalar, textThat } from '../../inventory/check.js'

/** The schemas of values that occur in several parts of a declaration. */

/** Whether a text can be an attribute in the CIB: XML allows no control characters except tab and line ends, and turns those into spaces. */
export function isAttributeText(text: string): boolean {
  // XML allows neither lone surrogates nor these two noncharacters.
  return !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text)
}

export const attribute = scalar(
  'text, a number or true/false, without control characters or line ends',
  isAttributeText,
)

/** CIB ids are XML NCNames; only ASCII, because people type them into shells. */
export const id = {
  what: 'a name of letters, digits, "_", "-" and "." that starts with a letter',
  test: (name: string) => /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name),
}
export const idText = textThat(id.what, id.test)

export const attributes = named('a mapping of names to values', id, attribute)

export const duration = scalar('a time such as 10s, 500ms or 2min', value =>
  /^\d+(\.\d+)?\s?(ms|msec|us|usec|s|sec|m|min|h|hr)?$|^P(?=[\dT])[\dYMWDTHS.,]+$/.test(value),
)

const scoreHint = 'Scores are whole numbers, INFINITY and -INFINITY.'
export const score = z.pipe(
  z.unknown().check(
    z.refine(value => /^[+-]?(INFINITY|\d+)$/.test(String(value)) && ['string', 'number'].includes(typeof value), {
      error: ({ input }) => expected('a score such as 100 or INFINITY', input, scoreHint),
    }),
  ),
  z.transform(String),
)
