import fc from 'fast-check'
import type { DeclaredCib } from '../../runner/cluster/cib/cib.js'
import type { EventKind } from '../../runner/cluster/declaration/alerts.js'
import type {
  AclPermission,
  Acls,
  Alert,
  Constraint,
  DefaultSet,
  Operation,
  Primitive,
  Resource,
} from '../../runner/cluster/declaration/declaration.js'
import type { RuleExpression } from '../../runner/cluster/declaration/rule.js'
import { milliseconds } from '../../runner/cluster/pacemaker/values.js'

/** Text that XML can carry and careless code does not. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', "'", '<', '>', '&', '\n', '\t', '\r', '  ', '&amp;', '&#10;', ']]>', '--', '\\n'),
      fc.constantFrom('é', '😀', '\u00a0'),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 6 },
  )
  .map(parts => parts.join(''))

const names = fc.constantFrom('ip', 'statusurl', 'a b', '__proto__', 'constructor', 'ä', 'OCF_CHECK_LEVEL')
const pairs = fc.dictionary(names, hostileText, { maxKeys: 4 })
const times = fc.constantFrom('0s', '10', '10s', '60s', '1min', '500ms')

const operation: fc.Arbitrary<Operation> = fc.record({
  name: fc.constantFrom('start', 'stop', 'monitor'),
  interval: times,
  options: fc.dictionary(fc.constantFrom('on-fail', 'role', 'OCF_CHECK_LEVEL'), hostileText),
  timeout: fc.option(times, { nil: undefined }),
})

const primitive = (id: string): fc.Arbitrary<Primitive> =>
  fc.record({
    kind: fc.constant('primitive' as const),
    id: fc.constant(id),
    agent: fc.constantFrom('ocf:heartbeat:IPaddr2', 'ocf:heartbeat:apache', 'systemd:nginx', 'systemd:a@b:c'),
    params: pairs,
    // Pacemaker itself refuses two operations of one name and interval, however the interval is written.
    operations: fc.uniqueArray(operation, {
      maxLength: 4,
      selector: ({ name, interval }) => `${name} ${milliseconds(interval)}`,
    }),
    meta: pairs,
  })

/** Where the primitive of each id lives: by itself, in a clone, or in a group. */
const homes = fc.tuple(
  ...['p1', 'p2', 'p3', 'p4'].map(id =>
    fc.record({
      id: fc.constant(id),
      primitive: primitive(id),
      home: fc.constantFrom('none', 'alone', 'alone', 'clone', 'g1', 'g2'),
      order: fc.nat(9),
    }),
  ),
)

const resources: fc.Arbitrary<Resource[]> = fc.tuple(homes, pairs).map(([all, meta]) => {
  const declared = all.filter(({ home }) => home !== 'none')
  const groups = ['g1', 'g2'].flatMap(id => {
    const members = declared.filter(({ home }) => home === id).sort((one, other) => one.order - other.order)
    if (members.length === 0) return []
    return [{ kind: 'group' as const, id, members: members.map(member => member.id), meta }]
  })
  const primitives = declared.map(item =>
    item.home === 'clone' ? { ...item.primitive, clone: { id: `${item.id}-clone`, meta } } : item.primitive,
  )
  return [...groups, ...primitives]
})

const scores = fc.constantFrom('INFINITY', '-INFINITY', '0', '100', '1000000')
const constraints: fc.Arbitrary<Constraint[]> = fc
  .tuple(
    fc.record({
      kind: fc.constant('location' as const),
      id: fc.constant('l1'),
      resource: hostileText,
      node: hostileText,
      score: scores,
    }),
    fc.record({
      kind: fc.constant('colocation' as const),
      id: fc.constant('k1'),
      resource: hostileText,
      with: hostileText,
      score: scores,
    }),
    fc.record({
      kind: fc.constant('order' as const),
      id: fc.constant('o1'),
      first: hostileText,
      then: hostileText,
      orderKind: fc.constantFrom('Mandatory' as const, 'Optional' as const, 'Serialize' as const),
    }),
  )
  .chain(all => fc.subarray<Constraint>(all))

const attributes = fc.dictionary(fc.constantFrom('rack', 'site', 'a b', '__proto__'), hostileText)
const settings = {
  options: attributes,
  meta: fc.dictionary(fc.constantFrom('timeout', 'timestamp-format'), hostileText),
}
const alert: fc.Arbitrary<Alert> = fc.record(
  {
    id: fc.constant('al'),
    path: hostileText,
    ...settings,
    select: fc.record({
      kinds: fc.subarray<EventKind>(['nodes', 'fencing', 'resources', 'attributes']),
      attributes: fc.uniqueArray(hostileText, { maxLength: 3 }),
    }),
    recipients: fc.uniqueArray(fc.record({ value: hostileText, ...settings }), {
      selector: ({ value }) => value,
      maxLength: 3,
    }),
  },
  { requiredKeys: ['id', 'path', 'options', 'meta', 'recipients'] },
)

const roleIds = fc.subarray(['r1', 'r2'])
const permission: fc.Arbitrary<AclPermission> = fc.record({
  kind: fc.constantFrom('read' as const, 'write' as const, 'deny' as const),
  on: fc.oneof(
    fc.record({ xpath: hostileText }),
    fc.record({ 'object-type': hostileText, attribute: hostileText }),
    fc.record({ reference: hostileText }),
  ),
})
const acls: fc.Arbitrary<Acls> = fc.record({
  roles: roleIds.chain(ids =>
    fc.tuple(...ids.map(id => fc.record({ id: fc.constant(id), permissions: fc.array(permission, { maxLength: 3 }) }))),
  ),
  // p1 is a resource too, perhaps.
  holders: fc.subarray<'p1' | 'staff'>(['p1', 'staff']).chain(ids =>
    fc.tuple(
      ...ids.map(id =>
        fc.record({
          kind: fc.constant(id === 'p1' ? ('target' as const) : ('group' as const)),
          id: fc.constant(id),
          // A role that others name cannot be removed.
          roles: fc.constant<string[]>([]),
        }),
      ),
    ),
  ),
})

const defaultSet = (id: string): fc.Arbitrary<DefaultSet> =>
  fc.record(
    {
      id: fc.constant(id),
      rule: fc.oneof<fc.Arbitrary<RuleExpression>[]>(
        fc.record({ kind: fc.constant('resource' as const), type: hostileText }),
        fc.record({ kind: fc.constant('op' as const), name: hostileText, interval: times }),
      ),
      score: scores,
      values: pairs,
    },
    { requiredKeys: ['id', 'rule', 'values'] },
  )
const defaultSets = (...ids: string[]) => fc.subarray(ids).chain(some => fc.tuple(...some.map(defaultSet)))

/** What a cluster may declare, with ids from a small pool so that two declarations meet. */
export const declaration: fc.Arbitrary<DeclaredCib> = fc.record({
  resources,
  constraints,
  properties: fc.dictionary(fc.constantFrom('cluster-delay', 'fencing-timeout', 'no-quorum-policy'), hostileText),
  resourceDefaults: pairs,
  operationDefaults: pairs,
  nodeValues: fc.array(fc.record({ node: fc.constant('n1'), attributes, utilization: attributes }), { maxLength: 1 }),
  alerts: fc.array(alert, { maxLength: 1 }),
  tags: fc.array(
    fc.record({ id: fc.constant('t1'), members: fc.uniqueArray(hostileText, { minLength: 1, maxLength: 3 }) }),
    {
      maxLength: 1,
    },
  ),
  acls,
  resourceDefaultSets: defaultSets('d1', 'd2'),
  operationDefaultSets: defaultSets('d3'),
})
