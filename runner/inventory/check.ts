import * as z from 'zod/mini'
import { isConcealed, mask } from '../concealed.js'
import { didYouMean, nearest } from './nearest.js'
import type { Origin } from './origin.js'

/**
 * Checks the content of a YAML file against a schema. A zod issue has one text: here its first line is the message, and the
 * rest is the hint.
 */

const keyIssue = { atKey: true }

/** A value as an error message shows it. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  // A shortened text would not be masked.
  if ((typeof value === 'string' || typeof value === 'number') && isConcealed(String(value))) return mask
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`
  return Array.isArray(value) ? 'a list' : 'a mapping'
}

/** ``expected …, got …``, with the type of a number or a boolean in place of text. */
export function expected(what: string, value: unknown, hint?: string): string {
  const type = typeof value === 'number' ? 'the number ' : typeof value === 'boolean' ? 'the word ' : ''
  return withHint(`expected ${what}, got ${type}${show(value)}`, hint)
}

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? message : `${message}\n${hint}`
}

/** A string that passes a test; `what` describes it, with its article. */
export function textThat(what: string, test: (value: string) => boolean, hint?: string) {
  const error = (issue: { input?: unknown }) => expected(what, issue.input, hint)
  return z.string({ error }).check(z.refine(test, { error }))
}

/** One of several values. */
export function oneOf<const Value extends string>(values: readonly Value[]) {
  const what = values.length === 1 ? `"${values[0]}"` : `one of ${values.join(', ')}`
  return z.enum(values, {
    error({ input }) {
      const near = nearest(String(input), values)
      return expected(what, input, near === undefined ? undefined : `Did you mean "${near}"?`)
    },
  })
}

/** A whole number from `least` up, as the text in a configuration file. */
export function count(what: string, least: number) {
  // Corosync keeps its numbers in 32 bits.
  return scalar(what, value => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= 0xff_ff_ff_ff)
}

/** Text, a number or true/false, as the text in a configuration file. */
export function scalar(what: string, test: (value: string) => boolean = () => true, hint?: string) {
  const error = (issue: { input?: unknown }) => expected(what, issue.input, hint)
  const plain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value) && test(String(value))
  return z.pipe(z.unknown().check(z.refine(plain, { error })), z.transform(String))
}

/** A mapping with these keys and no other. `hints` are for keys that users are likely to try. */
export function mapping<Shape extends z.core.$ZodShape>(
  what: string,
  shape: Shape,
  hints: Readonly<Record<string, string>> = {},
) {
  return z.strictObject(shape, {
    error(issue) {
      if (issue.code !== 'unrecognized_keys') return expected(what, issue.input)
      const [key = ''] = issue.keys
      const hint = Object.hasOwn(hints, key) ? hints[key] : didYouMean(key, Object.keys(shape), 'Known keys')
      return withHint(`unknown key ${show(key)}`, hint)
    },
  })
}

/** A mapping from names to values; a name that fails its test is reported at the name. */
export function named<Value extends z.core.$ZodType>(
  what: string,
  name: { what: string; test: (name: string) => boolean },
  value: Value,
) {
  return z.record(z.string(), value, { error: issue => expected(what, issue.input) }).check(context => {
    for (const key of Object.keys(context.value)) {
      if (name.test(key)) continue
      context.issues.push({
        code: 'custom',
        path: [key],
        input: key,
        message: expected(name.what, key),
        params: keyIssue,
        continue: true,
      })
    }
  })
}

/** Chooses the schema by the form of the value, so that an error describes one form and not all of them. */
export function either<Output>(choose: (value: unknown) => z.core.$ZodType<Output>) {
  return z.pipe(
    z.unknown(),
    z.transform((value, context): Output => {
      const result = z.safeParse(choose(value), value)
      if (result.success) return result.data
      for (const issue of result.error.issues) {
        const { code, message, path } = issue
        const rest = { code: 'custom', message, input: value } as const
        const [key] = code === 'unrecognized_keys' ? issue.keys : []
        const params = code === 'custom' ? issue.params : undefined
        context.issues.push(
          key === undefined ? { ...rest, path, params } : { ...rest, path: [...path, key], params: keyIssue },
        )
      }
      return z.NEVER
    }),
  )
}

/** True if a value is a YAML mapping. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The value as the schema transforms it. Throws an InventoryError for the first problem in the file. A missing key is reported
 * only if there is no other problem: a misspelt key is also a missing one.
 */
export function check<Output>(schema: z.core.$ZodType<Output>, value: unknown, origin: Origin): Output {
  const result = z.safeParse(schema, value)
  if (result.success) return result.data
  const problems = result.error.issues.map(issue => {
    const [message = '', ...hint] = issue.message.split('\n')
    const { missing, at } = locate(issue, value, origin)
    const sentence =
      missing === undefined ? message : `"${missing}" is missing: ${message.replace(/, got nothing$/, '')}`
    return { at, message: sentence, hint: hint.join('\n'), order: missing === undefined ? at.offset : Infinity }
  })
  const first = problems.reduce((a, b) => (b.order < a.order ? b : a))
  throw first.at.error(first.message, first.hint || undefined)
}

function locate(issue: z.core.$ZodIssue, value: unknown, origin: Origin): { missing?: string; at: Origin } {
  const last = issue.path.at(-1)
  if (issue.code === 'unrecognized_keys') return { at: origin.at(...issue.path, issue.keys[0]!).key }
  if (issue.code === 'custom' && issue.params === keyIssue) return { at: origin.at(...issue.path).key }
  const parent = valueAt(value, issue.path.slice(0, -1))
  if (last !== undefined && isMapping(parent) && !Object.hasOwn(parent, last)) {
    return { missing: String(last), at: origin.at(...issue.path.slice(0, -1)).key }
  }
  return { at: origin.at(...issue.path) }
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  let inner = value
  for (const part of path) {
    if (isMapping(inner)) inner = inner[String(part)]
    else inner = Array.isArray(inner) ? inner[Number(part)] : undefined
  }
  return inner
}
