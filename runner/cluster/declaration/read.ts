import { check, expected, isMapping } from '../../inventory/check.js'
import { clustersOfGroups, clustersOfHosts } from '../../inventory/cluster-variables.js'
import { examplePath } from '../../inventory/example.js'
import type { Origin } from '../../inventory/origin.js'
import type { Group, Inventory } from '../../inventory/site.js'
import { refuseUnusable } from '../../inventory/unusable.js'
import { completeConstraints, idsOf } from './constraints.js'
import { completeCorosync } from './corosync.js'
import {
  defaultClones,
  defaultConstraints,
  defaultPage,
  defaultResourceDefaults,
  defaultResources,
  webSiteId,
} from './defaults.js'
import { explicitFencing, readFencing, withPriority } from './fencing.js'
import { checkFloatingIp, readFloatingIps, withoutPlaces } from './floating-ips.js'
import { checkIpVersion } from './link-families.js'
import { withLinks } from './links.js'
import { checkAddresses, namedNodes, readDeclaredNode, resolveNodes } from './nodes.js'
import type { DeclaredNode } from './nodes.js'
import { checkCapacities, readNodeValues } from './node-values.js'
import { readProbes } from './probes.js'
import { declaredDeviceSettings, readQuorumDevice } from './quorum-device.js'
import { completeProperties } from './properties.js'
import { placeOfDefault } from './defaults-schema.js'
import { defaultSets, furtherObjects } from './further-objects.js'
import { checkFloatingIpResources, completeResources } from './resources.js'
import { clusterSchema } from './schema.js'
import type { DeclaredCluster } from './schema.js'
import { omitUndefined } from './omit-undefined.js'
import type { Cluster, ConfValues, Constraint, Explicit, QuorumDevice, Resource } from './declaration.js'

/**
 * The clusters that an inventory declares: one per group with a `cluster:` variable, in the order of the file and with
 * all defaults. If some of these variables are mappings, the others belong to other software and are skipped with a
 * warning.
 *
 * @throws InventoryError with file, line and column for the first error.
 */
export function readClusters(inventory: Inventory): Cluster[] {
  const clusters: Cluster[] = []
  const owners = new Map<string, string>()
  for (const { owner: group, value, origin } of clustersOfGroups(inventory.groups.values())) {
    const cluster = readCluster(group, inventory, value, origin)
    const twin = clusters.find(({ name }) => name === cluster.name)
    if (twin) {
      throw origin
        .at('name')
        .error(`the groups "${twin.group}" and "${group.name}" both declare a cluster "${cluster.name}"`)
    }
    for (const { name } of cluster.nodes) {
      const owner = owners.get(name)
      if (owner !== undefined) {
        throw origin.key.error(
          `host ${name} is in two clusters, "${owner}" and "${cluster.name}"`,
          'A host belongs to one cluster: take it out of one of the groups.',
        )
      }
      owners.set(name, cluster.name)
    }
    clusters.push(cluster)
  }
  refuseClusterOfHost(inventory)
  if (clusters.length > 0) return clusters
  const nearMiss = inventory.warnings.find(warning => warning.endsWith('did you mean "cluster"?'))
  const hint =
    'Give the group of the nodes a variable "cluster:" with name, floating_ip and fencing; ' +
    `${examplePath()} shows it.`
  throw inventory.groups.get('all')!.origin.error('no group declares a cluster', nearMiss ?? hint)
}

function readCluster(group: Group, inventory: Inventory, value: unknown, origin: Origin): Cluster {
  const declared = readDeclared(value, origin)
  const hosts = group.hosts.map(name => inventory.hosts.get(name)!)
  if (hosts.length < 2) {
    const present = hosts[0] ? `only ${hosts[0].name}` : 'none'
    throw origin.key.error(
      `expected two nodes or more in cluster "${declared.name}", got ${present}`,
      `Every host of the group "${group.name}" is a node: list them under its "hosts:".`,
    )
  }
  const placedIps = readFloatingIps(declared, origin)
  const floatingIps = withoutPlaces(placedIps)
  const nodes = hosts.map(host => readDeclaredNode(host, declared.name))
  const { layout = 'single' } = declared
  const page = declared.page === false ? undefined : (declared.page ?? defaultPage)
  const hasPage = page !== undefined
  if (!hasPage && layout !== 'single') {
    throw origin
      .at('layout')
      .key.error(`layout ${layout} is for Apache, and "page: false" has none`, 'Leave layout out.')
  }
  checkFloatingIpResources(declared.resources ?? {}, placedIps, hasPage, origin.at('resources'))
  const plainResources = completeResources(
    declared.resources ?? {},
    defaultResources(floatingIps, commonInterface(nodes), hasPage),
    hasPage ? defaultClones[layout] : {},
    origin.at('resources'),
  )
  const { links = [], ...corosync } = declared.corosync ?? {}
  const names = nodes.map(({ node }) => node.name)
  const constraints = completeConstraints(
    declared.constraints ?? {},
    plainResources,
    { nodes: names, tags: Object.keys(declared.tags ?? {}) },
    hasPage ? defaultConstraints(layout, floatingIps[0].name, followers(floatingIps, declared)) : [],
    origin.at('constraints'),
  )
  refuseColocatedClone(plainResources, floatingIps, constraints, declared, origin)
  /** The nodes with all of their links, checked as far as their addresses are known. */
  const linked = (declaredNodes: DeclaredNode[]) => {
    checkAddresses(declaredNodes)
    const own = declaredNodes.map(({ node }) => node)
    for (const placed of placedIps) checkFloatingIp(placed, own)
    const transport = corosync.transport ?? 'knet'
    const all = withLinks(own, { links, transport }, floatingIps, origin.at('corosync', 'links'))
    checkIpVersion(all, { transport, totem: corosync.totem ?? {} }, origin.at('corosync'))
    return all
  }
  const members = linked(nodes)
  const quorumDevice =
    declared.quorum_device &&
    readQuorumDevice(
      declared.quorum_device,
      { inventory, name: declared.name, nodes: members, floatingIps },
      origin.at('quorum_device'),
    )
  const fencing = readFencing(
    declared.fencing,
    {
      nodes: names,
      ids: new Set([...plainResources.flatMap(idsOf), ...constraints.map(({ id }) => id)]),
      properties: declared.properties ?? {},
      hasQuorumDevice: quorumDevice !== undefined,
    },
    origin,
  )
  const explicit = explicitFencing(declared.fencing, fencing)
  const resources = withPriority(plainResources, floatingIps[0].address, fencing)
  const nodeValues = declared.nodes && readNodeValues(declared.nodes, names, origin.at('nodes'))
  checkCapacities(resources, nodeValues ?? [], names, origin.at('resources'))
  const cluster: Cluster = {
    name: declared.name,
    group: group.name,
    nodes: members,
    floatingIps,
    fencing,
    ...(quorumDevice && { quorumDevice }),
    corosync: completeCorosync(corosync, nodes.length, quorumDevice, origin.at('corosync')),
    resources,
    constraints,
    ...(nodeValues && { nodeValues }),
    properties: completeProperties(declared.properties ?? {}, fencing, origin.at('properties')),
    resourceDefaults: { ...defaultResourceDefaults[layout], ...declared.resource_defaults?.values },
    operationDefaults: declared.operation_defaults?.values ?? {},
    ...furtherObjects(declared, { resources: plainResources, constraints, fencing }, origin),
    ...(declared.packages?.hold !== undefined && { holdPackages: declared.packages.hold }),
    ...(declared.firewall !== undefined && { firewall: declared.firewall }),
    page: page ?? '',
    ...(!hasPage && { pageless: true }),
    ...(declared.probes && {
      probes: readProbes(declared.probes, floatingIps, origin.at('probes')),
    }),
    ...(declared.same_content && { sameContent: declared.same_content }),
    explicit: {
      ...explicitOf(declared, explicit?.delay === undefined ? plainResources : resources, constraints, quorumDevice),
      ...(explicit && { fencing: explicit }),
    },
    errorAt: (path, message, hint) => origin.at(...placeOf(path, declared)).key.error(message, hint),
  }
  const named = namedNodes(nodes)
  if (named.length === 0) return cluster
  return {
    ...cluster,
    unresolved: {
      names: named.map(({ host }) => host),
      resolve: reports => linked(resolveNodes(nodes, reports, floatingIps)),
    },
  }
}

/** The place of a name in the inventory: defaults may be a list of sets. */
function placeOf(path: readonly string[], declared: DeclaredCluster): readonly string[] {
  const [section] = path
  if (section !== 'resource_defaults' && section !== 'operation_defaults') return path
  const defaults = declared[section]
  return defaults ? placeOfDefault(path, defaults) : path
}

/** The explicitly declared parts of the completed declaration. */
function explicitOf(
  declared: DeclaredCluster,
  resources: Resource[],
  constraints: Constraint[],
  quorumDevice: QuorumDevice | undefined,
): Explicit {
  const {
    totem = {},
    quorum = {},
    logging = {},
    interface: interfaces = [],
    links: _,
    transport,
    ...short
  } = declared.corosync ?? {}
  const section = (name: string, values: ConfValues) =>
    Object.entries(values).map(([key, value]) => [`${name}.${key}`, value])
  return {
    corosync: Object.fromEntries([
      ...(transport === undefined ? [] : [['totem.transport', transport]]),
      ...section('totem', { ...omitUndefined(short), ...totem }),
      ...section('quorum', quorum),
      ...Object.entries(quorumDevice ? declaredDeviceSettings(quorumDevice) : {}),
      ...section('logging', logging),
      ...interfaces.flatMap(({ linknumber = '0', ...values }) => section(`totem.interface.${linknumber}`, values)),
    ]),
    resources: resources.filter(({ id }) => declared.resources?.[id]),
    constraints: constraints.filter(({ kind, id }) => declared.constraints?.[kind]?.[id]),
    properties: declared.properties ?? {},
    resourceDefaults: declared.resource_defaults?.values ?? {},
    operationDefaults: declared.operation_defaults?.values ?? {},
    ...defaultSets(declared),
    ...(declared.page !== undefined && declared.page !== false && { page: declared.page }),
  }
}

/** The cluster_name in the corosync.conf that Debian ships: nodes in a cluster of that name count as bare. */
const debianDefaultName = 'debian'

const mappingHint =
  'A mapping has lines of its own: write "cluster:" and its settings into group_vars/GROUP.yml, or into a YAML inventory.'

function readDeclared(value: unknown, origin: Origin): DeclaredCluster {
  refuseTemplates(value, origin)
  if (typeof value === 'string') throw origin.error(expected('a mapping that declares the cluster', value), mappingHint)
  const declared = check(clusterSchema, value, origin)
  if (declared.name === debianDefaultName) {
    throw origin
      .at('name')
      .error(`expected a name other than "${debianDefaultName}", the name of Debian's default cluster`)
  }
  return declared
}

/** Refuses templates everywhere except in the page, whose HTML text may contain braces. */
function refuseTemplates(value: unknown, origin: Origin): void {
  if (!isMapping(value)) return refuseUnusable(origin)
  for (const key of Object.keys(value)) {
    const why = origin.at(key).unusable()?.why
    if (key !== 'page' || (why !== undefined && why !== 'template')) refuseUnusable(origin.at(key))
  }
}

/**
 * The interface for the agent IPaddr2, if it has the same name on every node. Otherwise the agent finds it by itself.
 */
function commonInterface(nodes: DeclaredNode[]): string | undefined {
  const [first, ...others] = nodes.map(node => node.interface)
  return others.every(name => name === first) ? first : undefined
}

/**
 * The further addresses that follow the first one by default. One that a declared location, colocation or group places somewhere
 * stays out: it may have to be on another node.
 */
function followers(
  [, ...others]: Cluster['floatingIps'],
  { constraints = {}, resources = {} }: DeclaredCluster,
): string[] {
  const placed = new Set<unknown>([
    ...Object.values(constraints.location ?? {}).map(constraint => constraint && constraint.resource),
    ...Object.values(constraints.colocation ?? {}).flatMap(constraint =>
      constraint ? [constraint.resource, constraint.with] : [],
    ),
    ...Object.values(resources).flatMap(resource => (resource && 'group' in resource ? resource.group : [])),
  ])
  return others.map(({ name }) => name).filter(name => !placed.has(name))
}

/**
 * Refuses a colocation of a cloned WebSite with a floating IP: it would keep every instance on the node of the address.
 */
function refuseColocatedClone(
  resources: Resource[],
  floatingIps: Cluster['floatingIps'],
  constraints: Cluster['constraints'],
  declared: DeclaredCluster,
  origin: Origin,
): void {
  const addresses = new Set(floatingIps.map(({ name }) => name))
  const site = resources.find(({ id }) => id === webSiteId)
  if (site?.kind !== 'primitive' || !site.clone) return
  const { id } = site.clone
  const colocation = constraints.find(
    constraint =>
      constraint.kind === 'colocation' &&
      !('sets' in constraint) &&
      constraint.resource === id &&
      addresses.has(constraint.with),
  )
  if (!colocation) return
  const own = declared.constraints?.colocation?.[colocation.id]
  const place = own ? origin.at('constraints', 'colocation', colocation.id) : origin.at('resources', webSiteId, 'clone')
  throw place.key.error(
    `WebSite is cloned, and the ${own ? '' : 'default '}constraint ${colocation.id} would keep every instance on one node`,
    declared.layout === 'cloned'
      ? 'Leave it out: with "layout: cloned" the address follows a running WebSite.'
      : 'Declare "layout: cloned" instead of "clone": then the address follows a running WebSite.',
  )
}

/** Refuses a `cluster:` variable of a host: only a group defines the nodes of a cluster. */
function refuseClusterOfHost({ hosts, groups }: Inventory): void {
  const [first] = clustersOfHosts(hosts.values(), groups)
  if (!first) return
  throw first.origin.key.error(
    `"cluster" is a variable of the host ${first.owner.name}, but a cluster belongs to a group`,
    'Move it to the "vars:" of the group that contains the nodes.',
  )
}
