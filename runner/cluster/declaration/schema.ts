import * as z from 'zod/mini'
import { either, expected, isMapping, mapping, named, oneOf, textThat } from '../../inventory/check.js'
import { aclsSchema } from './acls.js'
import { alertsSchema } from './alerts.js'
import { layouts } from './defaults.js'
import { defaultsSchema } from './defaults-schema.js'
import { corosyncSchema } from './corosync-settings.js'
import { floatingIpSchema, floatingIpsSchema } from './floating-ips.js'
import { nodeValuesSchema, utilization } from './node-values.js'
import { probesSchema } from './probes-schema.js'
import { quorumDeviceSchema } from './quorum-device.js'
import { ruleIn } from './rule-schema.js'
import { actions, roleOf, roleWords } from './roles.js'
import { tagsSchema } from './tags.js'
import { attribute, attributes, duration, id, idText, isAttributeText, score } from './schema-parts.js'

/** The schema of `cluster:`, key by key. The other files of this folder check how the values fit together. */

/** A role, in the present words. */
const role = z.pipe(
  oneOf(roleWords),
  z.transform(word => roleOf[word]),
)

/** The attributes of an op element in Pacemaker Explained; `name` is the key. */
export const operationAttributes = {
  interval: z.optional(duration),
  timeout: z.optional(duration),
  'on-fail': z.optional(
    oneOf(['ignore', 'block', 'stop', 'restart', 'standby', 'fence', 'demote', 'restart-container']),
  ),
  role: z.optional(role),
  enabled: z.optional(attribute),
  'record-pending': z.optional(attribute),
  'start-delay': z.optional(duration),
  'interval-origin': z.optional(attribute),
  // No attribute: Pacemaker passes it to the agent, as the depth of the check.
  OCF_CHECK_LEVEL: z.optional(attribute),
}
const operation = mapping('a mapping such as {interval: 10s, timeout: 20s}', operationAttributes)

/** Operations other than monitor happen once: Pacemaker refuses an interval for them. */
const { interval: _, ...onceAttributes } = operationAttributes
const once = z.optional(
  mapping('a mapping such as {timeout: 40s}', onceAttributes, {
    interval: 'The operation happens once, so only a timeout applies.',
  }),
)
const oneMonitor = either<DeclaredMonitor>(value =>
  isMapping(value)
    ? operation
    : z.pipe(
        duration,
        z.transform(interval => ({ interval })),
      ),
)
/** One monitor, or several: with a role each, for instance. */
const repeated = z.optional(
  either<DeclaredMonitor | DeclaredMonitor[]>(value => (Array.isArray(value) ? z.array(oneMonitor) : oneMonitor)),
)

const agent = textThat(
  'an agent such as ocf:heartbeat:apache or systemd:nginx',
  value => /^(ocf:[A-Za-z0-9_.-]+|systemd|lsb|service):[A-Za-z0-9_@.\\-]+$/.test(value),
  '`crm ra list ocf heartbeat` lists the available agents.',
)

const clone = z.optional(
  either<true | Record<string, string>>(value =>
    isMapping(value)
      ? attributes
      : z.literal(true, { error: ({ input }) => expected('true or a mapping of meta attributes', input) }),
  ),
)

const bundleHint =
  'A bundle (containers) cannot be declared, since its images and networks are made outside of the cluster; one that the cluster has is kept.'

const primitive = mapping(
  'a mapping with agent, params, op, meta, utilization and clone',
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
    utilization: z.optional(utilization),
    clone,
    clone_id: z.optional(idText),
  },
  {
    operations: 'Did you mean "op"?',
    monitor: 'Put it under "op:".',
    type: 'Did you mean "agent"?',
    group: 'A group has only group, meta, clone and clone_id.',
    promotable: 'Did you mean "clone: {promotable: true}"?',
    bundle: bundleHint,
    docker: bundleHint,
    podman: bundleHint,
  },
)

const group = mapping(
  'a mapping with group, meta and clone',
  {
    group: z.array(idText, { error: ({ input }) => expected('a list of names of primitives', input) }),
    meta: z.optional(attributes),
    clone,
    clone_id: z.optional(idText),
  },
  {
    promotable: 'Did you mean "clone: {promotable: true}"?',
    utilization: 'A group has no utilization: declare that of its members.',
  },
)

export type DeclaredMonitor = z.output<typeof operation>
export type DeclaredPrimitive = z.output<typeof primitive>
export type DeclaredGroup = z.output<typeof group>

const drop = z.literal(false)

const resource = either<false | DeclaredPrimitive | DeclaredGroup>(value => {
  if (value === false) return drop
  return isMapping(value) && 'group' in value ? group : primitive
})

/** A pattern for the names of resources, as Pacemaker's regcomp() takes it. */
const pattern = textThat('a regular expression such as "^web"', text => {
  try {
    return text !== '' && isAttributeText(text) && new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
})

const trueOrFalse = z.boolean({ error: ({ input }) => expected('true or false', input) })

const setHint =
  'A set is a list of names, of lists (their members are independent of each other), and of mappings with resources.'

/**
 * The sets of a constraint: names that follow each other are one set, a list within is a set whose members are independent of each other,
 * and a mapping is a set with its settings.
 */
const names = z.array(idText, { error: ({ input }) => expected('a list of names of resources', input) })
const fullSet = mapping('a mapping with resources', {
  resources: names,
  sequential: z.optional(trueOrFalse),
  'require-all': z.optional(trueOrFalse),
  role: z.optional(role),
  action: z.optional(oneOf(actions)),
})
const sets = z.array(
  either<string | string[] | DeclaredSet>(value =>
    Array.isArray(value) ? names : isMapping(value) ? fullSet : idText,
  ),
  { error: ({ input }) => expected('a list of resources', input, setHint) },
)

/** One kind of constraint: a mapping of ids. Fields can be left out if the default with that id has them. */
function constraints<Shape extends z.core.$ZodShape>(what: string, shape: Shape, hints?: Record<string, string>) {
  const one = mapping(what, shape, hints)
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
  floating_ip: floatingIpSchema,
  floating_ips: floatingIpsSchema,
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
        'rsc-pattern': z.optional(pattern),
        role: z.optional(role),
        node: z.optional(textThat('the name of a node', () => true)),
        rule: z.optional(ruleIn('location')),
        score: z.optional(score),
        'score-attribute': z.optional(textThat('the name of a node attribute', name => /^[^\s"'<>&]+$/.test(name))),
        'resource-discovery': z.optional(oneOf(['always', 'never', 'exclusive'])),
      }),
      colocation: constraints(
        'a mapping with resource, with and score',
        {
          resource: z.optional(idText),
          'rsc-role': z.optional(role),
          with: z.optional(idText),
          'with-rsc-role': z.optional(role),
          set: z.optional(sets),
          score: z.optional(score),
        },
        { role: 'Did you mean "rsc-role" or "with-rsc-role"?' },
      ),
      order: constraints('a mapping with first, then and kind', {
        first: z.optional(idText),
        'first-action': z.optional(oneOf(actions)),
        then: z.optional(idText),
        'then-action': z.optional(oneOf(actions)),
        set: z.optional(sets),
        symmetrical: z.optional(trueOrFalse),
        kind: z.optional(oneOf(['Mandatory', 'Optional', 'Serialize'])),
      }),
    }),
  ),
  nodes: z.optional(nodeValuesSchema),
  properties: z.optional(attributes),
  resource_defaults: z.optional(defaultsSchema('resource defaults')),
  operation_defaults: z.optional(defaultsSchema('operation defaults')),
  alerts: z.optional(alertsSchema),
  tags: z.optional(tagsSchema),
  acls: z.optional(aclsSchema),
  packages: z.optional(
    mapping('a mapping with hold', {
      hold: z.optional(z.boolean({ error: ({ input }) => expected('true or false', input) })),
    }),
  ),
  firewall: z.optional(oneOf(['open'])),
  page: z.optional(
    either<false | string>(value =>
      value === false ? z.literal(false) : textThat('the HTML text of a page, or false', () => true),
    ),
  ),
  probes: z.optional(probesSchema),
  same_content: z.optional(
    z.array(
      textThat(
        'the path of a file or folder, such as /var/www/html',
        value => /^\/.*[^/]/.test(value) && isAttributeText(value),
      ),
      { error: ({ input }) => expected('a list of paths', input) },
    ),
  ),
})

/** A set with its settings, as the inventory has it. */
export type DeclaredSet = z.output<typeof fullSet>

export type DeclaredCluster = z.output<typeof clusterSchema>
