import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import { defaultMonitor, defaultResources } from './defaults.js'
import type { DefaultResource } from './defaults.js'
import { omitUndefined } from './omit-undefined.js'
import type { DeclaredCluster, DeclaredGroup, DeclaredPrimitive } from './schema.js'
import type { Operation, Primitive, Resource, ResourceGroup } from './declaration.js'

/**
 * The resources of a cluster: the tutorial's, changed or dropped by what is declared under the same name, then
 * the others in the order of the file. `floatIpParams` are those of FloatIP; `clones` names the defaults that run on
 * every node, each with the meta attributes of its clone.
 *
 * Throws an InventoryError, for instance where a group names what is not there.
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
    const said = Object.hasOwn(declared, id) ? declared[id] : undefined
    const standard = Object.hasOwn(defaults, id) ? defaults[id] : undefined
    if (said === false) {
      if (!standard) {
        throw origin
          .at(id)
          .key.error(
            `there is no default resource "${id}" to drop`,
            didYouMean(id, Object.keys(defaults), 'Default resources'),
          )
      }
    } else if (said && 'group' in said) resources.push(groupOf(id, said))
    else resources.push(primitiveOf(id, cloned(said || {}, clones[id]), standard, origin.at(id)))
  }
  checkFloatIp(declared['FloatIP'], origin)
  checkGroups(resources, clones, origin)
  return resources
}

/** What is said of a resource, on every node where the layout has it there. */
function cloned(said: DeclaredPrimitive, meta: Record<string, string> | undefined): DeclaredPrimitive {
  return meta === undefined ? said : { ...said, clone: { ...meta, ...(said.clone === true ? {} : said.clone) } }
}

function primitiveOf(
  id: string,
  said: DeclaredPrimitive,
  standard: DefaultResource | undefined,
  origin: Origin,
): Primitive {
  const agent = said.agent ?? standard?.agent
  if (agent === undefined) {
    throw origin.key.error(
      `resource "${id}" needs an agent`,
      didYouMean(id, Object.keys(defaultResources), 'Only these have one by default'),
    )
  }
  // The default's parameters are its agent's: another agent starts from none.
  const inherited = agent === standard?.agent ? standard : undefined
  return {
    kind: 'primitive',
    id,
    agent,
    params: { ...inherited?.params, ...said.params },
    operations: operationsOf(said.op ?? {}, inherited?.monitor ?? defaultMonitor),
    meta: said.meta ?? {},
    ...(said.clone !== undefined && {
      clone: { id: `${id}-clone`, meta: said.clone === true ? {} : said.clone },
    }),
  }
}

/**
 * Start, stop and monitor are always there: without an op element Pacemaker gives each 20 s, whatever the agent
 * advises.
 */
function operationsOf(said: NonNullable<DeclaredPrimitive['op']>, monitor: string): Operation[] {
  const once: Operation[] = []
  for (const [name, values] of Object.entries({ start: {}, stop: {}, ...said })) {
    if (name !== 'monitor' && values) once.push(operation(name, { interval: '0s', ...values }))
  }
  const watch = operation('monitor', { interval: monitor, ...omitUndefined(said.monitor ?? {}) })
  return [...once.slice(0, 2), watch, ...once.slice(2)]
}

function operation(
  name: string,
  { interval, timeout, ...rest }: Record<string, string | undefined>,
): Operation {
  return {
    name,
    interval: interval ?? '0s',
    ...(timeout !== undefined && { timeout }),
    options: omitUndefined(rest),
  }
}

function groupOf(id: string, said: DeclaredGroup): ResourceGroup {
  return { kind: 'group', id, members: said.group, meta: said.meta ?? {} }
}

/** The address stands in one place, which the checks and the other roles read. */
function checkFloatIp(said: DeclaredPrimitive | DeclaredGroup | false | undefined, origin: Origin): void {
  if (!said || 'group' in said) return
  for (const param of ['ip', 'cidr_netmask']) {
    if (said.params && Object.hasOwn(said.params, param)) {
      throw origin.at('FloatIP', 'params', param).key.error(`"${param}" of FloatIP is said by floating_ip`)
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
        'Name the primitives that run together, in the order of their start.',
      )
    }
    for (const [index, member] of group.members.entries()) {
      const found = resources.find(({ id }) => id === member)
      const place = at.at(index)
      if (!found) throw place.error(`unknown resource "${member}"`, didYouMean(member, ids, 'Resources'))
      if (found.kind === 'group') throw place.error(`"${member}" is a group, and a group holds primitives only`)
      if (found.clone) {
        throw place.error(
          `"${member}" is cloned, and a group holds primitives that are not`,
          Object.hasOwn(clones, member) ? '"layout: cloned" has it on every node: say "layout: single", or leave it out of the group.' : undefined,
        )
      }
      const owner = owners.get(member)
      if (owner !== undefined) throw place.error(`"${member}" is already in the group "${owner}"`)
      owners.set(member, group.id)
    }
  }
}
