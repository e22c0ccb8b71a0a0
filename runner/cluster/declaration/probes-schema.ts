import * as z from 'zod/mini'
import { count, either, expected, isMapping, mapping, named, oneOf, scalar, textThat } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import { durationMs } from '../../option-values.js'
import { recordTypes } from './probe.js'
import { id } from './schema-parts.js'

/** The schema of `cluster.probes`: what each probe asks decides which other settings it has. */

const kinds = ['http', 'dns', 'tcp', 'command'] as const

const timeout = z.optional(
  z.pipe(
    textThat('a time such as 5s or 500ms', value => (durationMs(value) ?? 0) > 0),
    z.transform(value => durationMs(value)),
  ),
)
const text = scalar('a text', value => value !== '')
/** A probe asks one thing. */
const hints = Object.fromEntries(
  kinds.map(kind => [kind, 'A probe asks one thing: declare another probe under a name of its own.']),
)

const http = mapping(
  'a mapping with http',
  {
    http: textThat('a URL such as "http://{FloatIP}/"', () => true),
    status: z.optional(z.pipe(count('a status such as 200', 100), z.transform(Number))),
    expect: z.optional(text),
    ca: z.optional(textThat('the path of a file with the certificate of an authority', value => value !== '')),
    timeout,
  },
  hints,
)

const dns = mapping(
  'a mapping with dns and name',
  {
    dns: textThat('the address of a DNS server, such as "{FloatIP}" or "{FloatIP}:53"', () => true),
    name: textThat(
      'a domain name such as router.lan',
      value => value.length <= 253 && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(value),
    ),
    type: z.optional(oneOf(recordTypes)),
    expect: z.optional(text),
    timeout,
  },
  hints,
)

const tcp = mapping(
  'a mapping with tcp',
  { tcp: textThat('an address with a port, such as "{FloatIP}:5432"', () => true), timeout },
  { ...hints, expect: 'A tcp probe only connects. What answers can be checked by a command.' },
)

const command = mapping(
  'a mapping with command',
  {
    command: z
      .array(
        scalar('a word of a command', value => !value.includes('\0')),
        {
          error: ({ input }) => expected('a list of a program and its arguments', input, 'It runs without a shell.'),
        },
      )
      .check(z.minLength(1, { error: 'expected a list of a program and its arguments, got an empty list' })),
    timeout,
  },
  { ...hints, expect: 'A command is well if it exits with 0.' },
)

const settings = [...kinds, 'name', 'type', 'expect', 'status', 'ca', 'timeout']

/** Refuses what asks nothing: one of its keys may be a near miss. */
const nothing = z.pipe(
  z.unknown(),
  z.transform((input, context): DeclaredProbe => {
    const unknown = isMapping(input) ? Object.keys(input).find(key => !settings.includes(key)) : undefined
    const hint = unknown === undefined ? undefined : didYouMean(unknown, settings, 'Known keys')
    const message = isMapping(input)
      ? 'a probe needs one of http, dns, tcp and command'
      : expected('a mapping with http, dns, tcp or command', input)
    const issue = { code: 'custom', message: [message, hint].filter(Boolean).join('\n'), input } as const
    context.issues.push(issue)
    return z.NEVER
  }),
)

export type DeclaredProbe =
  | z.output<typeof http>
  | z.output<typeof dns>
  | z.output<typeof tcp>
  | z.output<typeof command>

const byKind = { http, dns, tcp, command }

const probe = either<DeclaredProbe>(value => {
  const kind = isMapping(value) ? kinds.find(key => key in value) : undefined
  return kind === undefined ? nothing : byKind[kind]
})

export const probesSchema = named('a mapping of names to probes', id, probe)

export type DeclaredProbes = z.output<typeof probesSchema>
