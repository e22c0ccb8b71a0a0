import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import { defaultMonitor, defaultResources } from './defaults.js'
import type { DefaultResource } from './defaults.js'
import { omitUndefined } from './omit-undefined.js'
import type { DeclaredCluster, DeclaredGroup, DeclaredPrimitive } from './schema.js'
import type { Operation, Primitive, Resource, ResourceGroup } from './declaration.js'

/**
 * The resources of a cluster: the defaults, changed or dropped by what is declared under the same name, then the others
 * in the order of the file.
 *
 * @param floatIpParams - the parameters of FloatIP.
 * @param clones - the default resources that run on every node, each with the meta attributes of its clone.
 * @throws InventoryError for instance if a group names a resource that does not exist.
 */
export function completeResources(
  declared: NonNullable<DeclaredCluster['resources']>,
  floatIpParams: Record<string, string>,
  clones: Record<string, Record<string, string>>,
  origin: Origin,
): Resource[] {
  const defaults: Record<string, DefaultResource> = {
    ...defaultResources,
    FloatIP: { ...defaultResources['FloatIP']!, params: floatIpParams },
  }
  const resources: Resource[] = []
  for (const id of new Set([...Object.keys(defaults), ...Object.keys(declared)])) {
    const own = Object.hasOwn(declared, id) ? declared[id] : undefined
    const base = Object.hasOwn(defaults, id) ? defaults[id] : undefined
    if (own === false) {
      if (!base) {
        throw origin
          .at(id)
          .key.error(
            `there is no default resource "${id}" to drop`,
            didYouMean(id, Object.keys(defaults), 'Default resources'),
          )
      }
    } else if (own && 'group' in own) resources.push(groupOf(id, own))
    else resources.push(primitiveOf(id, withDefaultClone(own || {}, clones[id]), base, origin.at(id)))
  }
  checkFloatIp(declared['FloatIP'], origin)
  checkGroups(resources, clones, origin)
  return resources
}

/**
 * Adds the clone of the layout to a declared primitive.
 *
 * @param meta - the clone's meta attributes; undefined if it is not cloned.
 */
function withDefaultClone(declared: DeclaredPrimitive, meta: Record<string, string> | undefined): DeclaredPrimitive {
  return meta === undefined
    ? declared
    : { ...declared, clone: { ...meta, ...(declared.clone === true ? {} : declared.clone) } }
}

function primitiveOf(
  id: string,
  declared: DeclaredPrimitive,
  base: DefaultResource | undefined,
  origin: Origin,
): Primitive {
  const agent = declared.agent ?? base?.agent
  if (agent === undefined) {
    throw origin.key.error(
      `resource "${id}" needs an agent`,
      didYouMean(id, Object.keys(defaultResources), 'Only these have one by default'),
    )
  }
  // The default parameters belong to the default agent and do not apply to another one.
  const inherited = agent === base?.agent ? base : undefined
  return {
    kind: 'primitive',
    id,
    agent,
    params: { ...inherited?.params, ...declared.params },
    operations: operationsOf(declared.op ?? {}, inherited?.monitor ?? defaultMonitor),
    meta: declared.meta ?? {},
    ...(declared.clone !== undefined && {
      clone: { id: `${id}-clone`, meta: declared.clone === true ? {} : declared.clone },
    }),
  }
}

/**
 * Start, stop and monitor are always written: without an op element Pacemaker uses a timeout of 20 s, whatever the
 * agent advises.
 */
function operationsOf(declared: NonNullable<DeclaredPrimitive['op']>, monitor: string): Operation[] {
  const once: Operation[] = []
  for (const [name, values] of Object.entries({ start: {}, stop: {}, ...declared })) {
    if (name !== 'monitor' && values) once.push(operation(name, { interval: '0s', ...values }))
  }
  const monitorOperation = operation('monitor', { interval: monitor, ...omitUndefined(declared.monitor ?? {}) })
  return [...once.slice(0, 2), monitorOperation, ...once.slice(2)]
}

function operation(name: string, { interval, timeout, ...rest }: Record<string, string | undefined>): Operation {
  return {
    name,
    interval: interval ?? '0s',
    ...(timeout !== undefined && { timeout }),
    options: omitUndefined(rest),
  }
}

function groupOf(id: string, declared: DeclaredGroup): ResourceGroup {
  return { kind: 'group', id, members: declared.group, meta: declared.meta ?? {} }
}

/** FloatIP's address is declared in one place, floating_ip, which the checks and other roles read. */
function checkFloatIp(declared: DeclaredPrimitive | DeclaredGroup | false | undefined, origin: Origin): void {
  if (!declared || 'group' in declared) return
  for (const param of ['ip', 'cidr_netmask']) {
    if (declared.params && Object.hasOwn(declared.params, param)) {
      throw origin
        .at('FloatIP', 'params', param)
        .key.error(`"${param}" of FloatIP cannot be declared here: floating_ip sets it`)
    }
  }
}

function checkGroups(resources: Resource[], clones: Record<string, unknown>, origin: Origin): void {
  const owners = new Map<string, string>()
  const ids = resources.map(({ id }) => id)
  for (const group of resources) {
    if (group.kind === 'primitive') continue
    const at = origin.at(group.id, 'group')
    if (group.members.length === 0) {
      throw at.error(
        `group "${group.id}" is empty`,
        'List the primitives that run together, in the order in which they start.',
      )
    }
    for (const [index, member] of group.members.entries()) {
      const resource = resources.find(({ id }) => id === member)
      const place = at.at(index)
      if (!resource) throw place.error(`unknown resource "${member}"`, didYouMean(member, ids, 'Resources'))
      if (resource.kind === 'group')
        throw place.error(`"${member}" is a group, but a group can only contain primitives`)
      if (resource.clone) {
        throw place.error(
          `"${member}" is cloned, but a group can only contain primitives that are not`,
          Object.hasOwn(clones, member)
            ? '"layout: cloned" runs it on every node: declare "layout: single", or leave it out of the group.'
            : undefined,
        )
      }
      const owner = owners.get(member)
      if (owner !== undefined) throw place.error(`"${member}" is already in the group "${owner}"`)
      owners.set(member, group.id)
    }
  }
}
