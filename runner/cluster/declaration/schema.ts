import * as z from 'zod/mini'
import { either, expected, isMapping, mapping, named, oneOf, textThat } from '../../inventory/check.js'
import { layouts } from './defaults.js'
import { prefixedForm } from './ipv4.js'
import { corosyncSchema } from './corosync-settings.js'
import { quorumDeviceSchema } from './quorum-device.js'
import { attribute, attributes, duration, id, idText } from './schema-parts.js'

/** The schema of `cluster:`, key by key. The other files of this folder check how the values fit together. */

/** The attributes of an op element in Pacemaker Explained; `name` is the key. */
const operationAttributes = {
  interval: z.optional(duration),
  timeout: z.optional(duration),
  'on-fail': z.optional(
    oneOf(['ignore', 'block', 'stop', 'restart', 'standby', 'fence', 'demote', 'restart-container']),
  ),
  role: z.optional(oneOf(['Started', 'Stopped', 'Promoted', 'Unpromoted', 'Master', 'Slave'])),
  enabled: z.optional(attribute),
  'record-pending': z.optional(attribute),
  'start-delay': z.optional(duration),
  'interval-origin': z.optional(attribute),
}
const operation = mapping('a mapping such as {interval: 10s, timeout: 20s}', operationAttributes)

/** Operations other than monitor happen once: Pacemaker refuses an interval for them. */
const { interval: _, ...onceAttributes } = operationAttributes
const once = z.optional(
  mapping('a mapping such as {timeout: 40s}', onceAttributes, {
    interval: 'The operation happens once, so only a timeout applies.',
  }),
)
const repeated = z.optional(
  either<z.output<typeof operation>>(value =>
    isMapping(value)
      ? operation
      : z.pipe(
          duration,
          z.transform(interval => ({ interval })),
        ),
  ),
)

const agent = textThat(
  'an agent such as ocf:heartbeat:apache or systemd:nginx',
  value => /^(ocf:[A-Za-z0-9_.-]+|systemd|lsb|service):[A-Za-z0-9_@.\\-]+$/.test(value),
  '`crm ra list ocf heartbeat` lists the available agents.',
)

const primitive = mapping(
  'a mapping with agent, params, op, meta and clone',
  {
    agent: z.optional(agent),
    params: z.optional(attributes),
    op: z.optional(
      mapping('a mapping of operations', {
        start: once,
        stop: once,
        monitor: repeated,
        promote: once,
        demote: once,
        notify: once,
        migrate_to: once,
        migrate_from: once,
        reload: once,
        'reload-agent': once,
      }),
    ),
    meta: z.optional(attributes),
    clone: z.optional(
      either<true | Record<string, string>>(value =>
        isMapping(value)
          ? attributes
          : z.literal(true, { error: ({ input }) => expected('true or a mapping of meta attributes', input) }),
      ),
    ),
  },
  {
    operations: 'Did you mean "op"?',
    monitor: 'Put it under "op:".',
    type: 'Did you mean "agent"?',
    group: 'A group has only group and meta.',
  },
)

const group = mapping('a mapping with group and meta', {
  group: z.array(idText, { error: ({ input }) => expected('a list of names of primitives', input) }),
  meta: z.optional(attributes),
})

export type DeclaredPrimitive = z.output<typeof primitive>
export type DeclaredGroup = z.output<typeof group>

const drop = z.literal(false)

const resource = either<false | DeclaredPrimitive | DeclaredGroup>(value => {
  if (value === false) return drop
  return isMapping(value) && 'group' in value ? group : primitive
})

const scoreHint = 'Scores are whole numbers, INFINITY and -INFINITY.'
const score = z.pipe(
  z.unknown().check(
    z.refine(value => /^[+-]?(INFINITY|\d+)$/.test(String(value)) && ['string', 'number'].includes(typeof value), {
      error: ({ input }) => expected('a score such as 100 or INFINITY', input, scoreHint),
    }),
  ),
  z.transform(String),
)

/** One kind of constraint: a mapping of ids. Fields can be left out if the default with that id has them. */
function constraints<Shape extends z.core.$ZodShape>(what: string, shape: Shape) {
  const one = mapping(what, shape)
  return z.optional(
    named(
      'a mapping of constraint ids',
      id,
      either<false | z.output<typeof one>>(value => (value === false ? drop : one)),
    ),
  )
}

export const clusterSchema = mapping('a mapping that declares the cluster', {
  name: textThat('a cluster name of up to 31 letters, digits, "_", "-" and "."', name =>
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}$/.test(name),
  ),
  floating_ip: z.string({ error: ({ input }) => expected(prefixedForm, input) }),
  /** Read by `fencing.ts`, so that an error about it can explain the choice. */
  fencing: z.optional(z.unknown()),
  quorum_device: z.optional(quorumDeviceSchema),
  layout: z.optional(oneOf(layouts)),
  corosync: z.optional(corosyncSchema),
  resources: z.optional(named('a mapping of resources', id, resource)),
  constraints: z.optional(
    mapping('a mapping with location, colocation and order', {
      location: constraints('a mapping with resource, node and score', {
        resource: z.optional(idText),
        node: z.optional(textThat('the name of a node', () => true)),
        score: z.optional(score),
      }),
      colocation: constraints('a mapping with resource, with and score', {
        resource: z.optional(idText),
        with: z.optional(idText),
        score: z.optional(score),
      }),
      order: constraints('a mapping with first, then and kind', {
        first: z.optional(idText),
        then: z.optional(idText),
        kind: z.optional(oneOf(['Mandatory', 'Optional', 'Serialize'])),
      }),
    }),
  ),
  properties: z.optional(attributes),
  resource_defaults: z.optional(attributes),
  operation_defaults: z.optional(attributes),
  packages: z.optional(
    mapping('a mapping with hold', {
      hold: z.optional(z.boolean({ error: ({ input }) => expected('true or false', input) })),
    }),
  ),
  firewall: z.optional(oneOf(['open'])),
  page: z.optional(textThat('the HTML text of a page', () => true)),
})

export type DeclaredCluster = z.output<typeof clusterSchema>
