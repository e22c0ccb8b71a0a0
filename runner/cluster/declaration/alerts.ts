import * as z from 'zod/mini'
import { either, expected, isMapping, mapping, named, oneOf, textThat } from '../../inventory/check.js'
import type { Origin } from '../../inventory/origin.js'
import type { Alert, Recipient } from './declaration.js'
import { attributes, duration, id, isAttributeText } from './schema-parts.js'

/** Alerts: scripts that Pacemaker calls when something happens. */

const noLineEnds = (what: string) => textThat(what, value => value !== '' && isAttributeText(value))

/** What alerts and their recipients can have. */
const common = {
  options: z.optional(attributes),
  timeout: z.optional(duration),
  'timestamp-format': z.optional(noLineEnds('a format of date(1), such as "%H:%M:%S"')),
}

const fullRecipient = mapping('a mapping with value and options', {
  value: noLineEnds('what the script gets as recipient, such as an address'),
  ...common,
})

const recipient = either<z.output<typeof fullRecipient>>(value =>
  isMapping(value)
    ? fullRecipient
    : z.pipe(
        noLineEnds('a recipient, such as admin@example.net, or a mapping with value and options'),
        z.transform(text => ({ value: text })),
      ),
)

/** The kinds of events, as Pacemaker's elements `select_nodes` and so on have them. */
export const eventKinds = ['nodes', 'fencing', 'resources', 'attributes'] as const
export type EventKind = (typeof eventKinds)[number]

const selection = either<EventKind | { attributes: string[] }>(value =>
  isMapping(value)
    ? mapping('a mapping with attributes', {
        attributes: z
          .array(noLineEnds('the name of a node attribute'), {
            error: ({ input }) => expected('a list of names of node attributes', input),
          })
          .check(z.minLength(1, { error: () => expected('a name of a node attribute', []) })),
      })
    : oneOf(eventKinds),
)

const alert = mapping(
  'a mapping with path, recipients, options and select',
  {
    path: textThat(
      'the absolute path of a script',
      value => /^\/./.test(value) && isAttributeText(value),
      'Pacemaker calls the script on the node where something happens: docs/resources.md shows how to install one.',
    ),
    recipients: z.optional(z.array(recipient, { error: ({ input }) => expected('a list of recipients', input) })),
    select: z.optional(
      z
        .array(selection, { error: ({ input }) => expected('a list of kinds of events', input) })
        .check(z.minLength(1, { error: () => expected(`one of ${eventKinds.join(', ')}`, []) })),
    ),
    ...common,
  },
  {
    recipient: 'Did you mean "recipients"?',
    params: 'Did you mean "options"?',
    timestamp_format: 'Did you mean "timestamp-format"?',
  },
)

export const alertsSchema = named('a mapping of alerts', id, alert)

/** @throws InventoryError if a recipient is declared twice. */
export function readAlerts(declared: z.output<typeof alertsSchema>, origin: Origin): Alert[] {
  return Object.entries(declared).map(([name, { path, recipients = [], select, ...more }]) => {
    const values = recipients.map(({ value }) => value)
    const twice = values.findIndex((value, at) => values.indexOf(value) < at)
    if (twice >= 0)
      throw origin.at(name, 'recipients', twice).error(`the recipient "${values[twice]}" is declared twice`)
    return {
      id: name,
      path,
      ...settingsOf(more),
      recipients: recipients.map(({ value, ...own }): Recipient => ({ value, ...settingsOf(own) })),
      ...(select && {
        select: {
          kinds: eventKinds.filter(kind => select.some(item => item === kind || (isMapping(item) && kind in item))),
          attributes: [...new Set(select.flatMap(item => (typeof item === 'string' ? [] : item.attributes)))],
        },
      }),
    }
  })
}

function settingsOf({
  options = {},
  timeout,
  'timestamp-format': format,
}: Partial<Record<'timeout' | 'timestamp-format', string | undefined>> & {
  options?: Record<string, string> | undefined
}): Pick<Recipient, 'options' | 'meta'> {
  return {
    options,
    meta: { ...(timeout !== undefined && { timeout }), ...(format !== undefined && { 'timestamp-format': format }) },
  }
}
