import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import { clonesByPrimitive, isPromotable } from './clones.js'
import { floatingIpAgent, webSiteId } from './defaults.js'
import type { DefaultResource } from './defaults.js'
import type { PlacedFloatingIp } from './floating-ips.js'
import { completeMonitors, operation } from './monitors.js'
import type { DeclaredCluster, DeclaredGroup, DeclaredPrimitive } from './schema.js'
import type { Clone, Operation, Primitive, Resource, ResourceGroup } from './declaration.js'
import { isTrue } from './truth.js'

/**
 * The resources of a cluster: the defaults, changed or dropped by what is declared under the same name, then the others
 * in the order of the file.
 *
 * @param defaults - of the floating IPs, and of WebSite.
 * @param clones - the default resources that run on every node, each with the meta attributes of its clone.
 * @throws InventoryError for instance if a group names a resource that does not exist.
 */
export function completeResources(
  declared: NonNullable<DeclaredCluster['resources']>,
  defaults: Record<string, DefaultResource>,
  clones: Record<string, Record<string, string>>,
  origin: Origin,
): Resource[] {
  const groupClones = clonesOfMembers(declared, origin)
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
    } else if (own && 'group' in own) resources.push(groupOf(id, own, origin.at(id)))
    else
      resources.push(
        primitiveOf(
          id,
          withDefaultClone(own || {}, clones[id]),
          { defaults, groupClone: groupClones.get(id) },
          origin.at(id),
        ),
      )
  }
  checkGroups(resources, clones, origin)
  checkCloneIds(resources, origin)
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
  { defaults, groupClone }: { defaults: Record<string, DefaultResource>; groupClone: Clone | undefined },
  origin: Origin,
): Primitive {
  const base = Object.hasOwn(defaults, id) ? defaults[id] : undefined
  const agent = declared.agent ?? base?.agent
  if (agent === undefined) {
    throw origin.key.error(
      `resource "${id}" needs an agent`,
      didYouMean(id, Object.keys(defaults), 'Only these have one by default'),
    )
  }
  // The default parameters belong to the default agent and do not apply to another one.
  const inherited = agent === base?.agent ? base : undefined
  const own = cloneOf(id, declared, origin)
  return {
    kind: 'primitive',
    id,
    agent,
    params: { ...inherited?.params, ...declared.params },
    operations: operationsOf(
      declared.op ?? {},
      inherited?.monitor,
      own.clone ?? groupClone,
      origin.at('op', 'monitor'),
    ),
    meta: declared.meta ?? {},
    ...(declared.utilization && { utilization: declared.utilization }),
    ...own,
  }
}

/**
 * Start, stop and monitor are always written, and for a promotable clone promote and demote: without an op element Pacemaker uses a
 * timeout of 20 s, whatever the agent advises.
 */
function operationsOf(
  { monitor, ...declared }: NonNullable<DeclaredPrimitive['op']>,
  interval: string | undefined,
  clone: Clone | undefined,
  origin: Origin,
): Operation[] {
  const implied = {
    start: {},
    stop: {},
    ...(isPromotable(clone) && { promote: {}, demote: {} }),
    ...(isPromotable(clone) && isTrue(clone?.meta['notify'] ?? 'false') && { notify: {} }),
  }
  const once = Object.entries({ ...implied, ...declared }).flatMap(([name, values]) =>
    values === undefined ? [] : operation(name, { interval: '0s', ...values }),
  )
  const monitors = completeMonitors({ declared: monitor, interval, isPromotable: isPromotable(clone) }, origin)
  return [...once.slice(0, 2), ...monitors, ...once.slice(2)]
}

function groupOf(id: string, declared: DeclaredGroup, origin: Origin): ResourceGroup {
  return { kind: 'group', id, members: declared.group, meta: declared.meta ?? {}, ...cloneOf(id, declared, origin) }
}

/** The clone of a resource, if it has one. */
function cloneOf(
  id: string,
  { clone, clone_id: cloneId }: Pick<DeclaredPrimitive, 'clone' | 'clone_id'>,
  origin: Origin,
): { clone?: Clone } {
  if (clone !== undefined) return { clone: { id: cloneId ?? `${id}-clone`, meta: clone === true ? {} : clone } }
  if (cloneId === undefined) return {}
  throw origin.at('clone_id').key.error(`"clone_id" of ${id}, which has no clone`, 'Declare "clone: true" beside it.')
}

/** The clones of declared groups, by the ids of their members. */
function clonesOfMembers(declared: NonNullable<DeclaredCluster['resources']>, origin: Origin): Map<string, Clone> {
  const groups = Object.entries(declared).flatMap(([id, own]) =>
    own !== false && 'group' in own ? groupOf(id, own, origin.at(id)) : [],
  )
  return clonesByPrimitive(groups)
}

/**
 * A resource with the name of a floating IP is that address's own: it has the agent of addresses, and the address itself is
 * declared in one place, which the checks and other roles read.
 *
 * @param origin - of the resources.
 * @throws InventoryError
 */
export function checkFloatingIpResources(
  declared: NonNullable<DeclaredCluster['resources']>,
  floatingIps: readonly PlacedFloatingIp[],
  servesPage: boolean,
  origin: Origin,
): void {
  for (const { name, interface: nic, setting, origin: place } of floatingIps) {
    const isShort = setting !== name
    const own = Object.hasOwn(declared, name) ? declared[name] : undefined
    const taken = `the name "${name}" is taken: it is the floating IP ${name}`
    if (servesPage && name === webSiteId) {
      throw place.error(
        `the name "${name}" is taken: it is Apache's resource`,
        'Choose another name for the address, or declare "page: false".',
      )
    }
    if (!own) continue
    if ('group' in own) {
      if (isShort) continue
      throw origin.at(name).key.error(taken, 'Choose another name for the group; it can contain the address.')
    }
    if (!isShort && own.agent !== undefined && own.agent !== floatingIpAgent) {
      throw origin
        .at(name, 'agent')
        .error(taken, `Its agent is ${floatingIpAgent}: leave it out, or choose another name.`)
    }
    for (const param of ['ip', 'cidr_netmask', ...(nic === undefined ? [] : ['nic'])]) {
      if (own.params && Object.hasOwn(own.params, param)) {
        throw origin
          .at(name, 'params', param)
          .key.error(
            `"${param}" of ${name} cannot be declared here: ${isShort ? 'floating_ip' : 'floating_ips'} sets it`,
          )
      }
    }
  }
}

/** Ids are unique, and those of clones are derived or declared. */
function checkCloneIds(resources: Resource[], origin: Origin): void {
  const taken = new Set(resources.map(({ id }) => id))
  for (const { id, clone } of resources) {
    if (clone === undefined) continue
    if (taken.has(clone.id))
      throw origin
        .at(id)
        .key.error(
          `the clone of "${id}" would have the id "${clone.id}", which another resource has`,
          'Declare another one: "clone_id".',
        )
    taken.add(clone.id)
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
