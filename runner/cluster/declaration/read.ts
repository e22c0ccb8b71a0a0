import { check, expected, isMapping } from '../../inventory/check.js'
import { clustersOfGroups, clustersOfHosts } from '../../inventory/cluster-variables.js'
import { examplePath } from '../../inventory/example.js'
import type { Origin } from '../../inventory/origin.js'
import type { Group, Inventory } from '../../inventory/site.js'
import { refuseUnusable } from '../../inventory/unusable.js'
import { completeConstraints } from './constraints.js'
import { completeCorosync } from './corosync.js'
import { defaultClones, defaultConstraints, defaultPage, defaultResourceDefaults } from './defaults.js'
import { readPrefixed } from './ipv4.js'
import { withLinks } from './links.js'
import { checkAddresses, readNode } from './nodes.js'
import type { DeclaredNode } from './nodes.js'
import { completeProperties } from './properties.js'
import { completeResources } from './resources.js'
import { clusterSchema } from './schema.js'
import type { DeclaredCluster } from './schema.js'
import { omitUndefined } from './omit-undefined.js'
import type { Cluster, ConfValues, Constraint, Explicit, Resource } from './declaration.js'

/**
 * The clusters an inventory declares, one a group with a `cluster:` variable, in the order of the file and with
 * every default filled in. Where some of these variables are mappings, the others are somebody else's, and skipped with a
 * warning of the inventory.
 *
 * Throws an InventoryError, with file, line and column, for the first thing that is wrong.
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
    'Give the group of the nodes a variable "cluster:" with name, floating_ip and fencing; '
    + `${examplePath()} shows it.`
  throw inventory.groups.get('all')!.origin.error('no group declares a cluster', nearMiss ?? hint)
}

function readCluster(group: Group, inventory: Inventory, value: unknown, origin: Origin): Cluster {
  const declared = readDeclared(value, origin)
  const hosts = group.hosts.map(name => inventory.hosts.get(name)!)
  if (hosts.length < 2) {
    const found = hosts[0] ? `only ${hosts[0].name}` : 'none'
    throw origin.key.error(
      `expected two nodes or more in cluster "${declared.name}", got ${found}`,
      `Every host of the group "${group.name}" is a node: name them under its "hosts:".`,
    )
  }
  const floatingIp = readPrefixed('floating_ip', declared.floating_ip, origin.at('floating_ip'))
  const nodes = hosts.map(host => readNode(host, declared.name))
  checkAddresses(nodes, floatingIp, origin.at('floating_ip'))
  const floatIpParams = {
    ip: floatingIp.address,
    cidr_netmask: String(floatingIp.prefix),
    ...commonInterface(nodes),
  }
  const { layout = 'single' } = declared
  const resources = completeResources(declared.resources ?? {}, floatIpParams, defaultClones[layout], origin.at('resources'))
  const { links = [], ...corosync } = declared.corosync ?? {}
  const names = nodes.map(({ node }) => node.name)
  const constraints = completeConstraints(
    declared.constraints ?? {},
    resources,
    names,
    defaultConstraints[layout],
    origin.at('constraints'),
  )
  refuseTiedClone(resources, constraints, declared, origin)
  return {
    name: declared.name,
    group: group.name,
    nodes: withLinks(
      nodes.map(({ node }) => node),
      { links, transport: corosync.transport ?? 'knet' },
      floatingIp,
      origin.at('corosync', 'links'),
    ),
    floatingIp,
    fencing: declared.fencing === 'kept' ? 'kept' : 'disabled',
    corosync: completeCorosync(corosync, nodes.length, origin.at('corosync')),
    resources,
    constraints,
    properties: completeProperties(declared.properties ?? {}, declared.fencing === 'kept', origin.at('properties')),
    resourceDefaults: { ...defaultResourceDefaults[layout], ...declared.resource_defaults },
    operationDefaults: declared.operation_defaults ?? {},
    ...(declared.packages?.hold !== undefined && { holdPackages: declared.packages.hold }),
    page: declared.page ?? defaultPage,
    explicit: explicitOf(declared, resources, constraints),
  }
}

/** The explicitly declared parts, taken from what has been completed with defaults. */
function explicitOf(declared: DeclaredCluster, resources: Resource[], constraints: Constraint[]): Explicit {
  const { totem = {}, quorum = {}, logging = {}, interface: interfaces = [], links: _, transport, ...short } = declared.corosync ?? {}
  const section = (name: string, values: ConfValues) => Object.entries(values).map(([key, value]) => [`${name}.${key}`, value])
  return {
    corosync: Object.fromEntries([
      ...transport === undefined ? [] : [['totem.transport', transport]],
      ...section('totem', { ...omitUndefined(short), ...totem }), ...section('quorum', quorum), ...section('logging', logging),
      ...interfaces.flatMap(({ linknumber = '0', ...values }) => section(`totem.interface.${linknumber}`, values)),
    ]),
    resources: resources.filter(({ id }) => declared.resources?.[id]),
    constraints: constraints.filter(({ kind, id }) => declared.constraints?.[kind]?.[id]),
    properties: declared.properties ?? {},
    resourceDefaults: declared.resource_defaults ?? {},
    operationDefaults: declared.operation_defaults ?? {},
    ...declared.page !== undefined && { page: declared.page },
  }
}

/**
 * The cluster_name in the corosync.conf that Debian ships and autostarts: nodes in such a cluster count as
 * bare.
 */
const debianDefault = 'debian'

function readDeclared(value: unknown, origin: Origin): DeclaredCluster {
  refuseTemplates(value, origin)
  const declared = check(clusterSchema, value, origin)
  if (declared.name === debianDefault) {
    throw origin
      .at('name')
      .error(`expected a name other than "${debianDefault}", which a fresh Debian calls its own cluster`)
  }
  if (declared.fencing !== 'disabled' && declared.fencing !== 'kept') throw fencingError(declared.fencing, origin.at('fencing'))
  return declared
}

/** A page is text for browsers, in which braces may well stand; everything else has no use for them. */
function refuseTemplates(value: unknown, origin: Origin): void {
  if (!isMapping(value)) return refuseUnusable(origin)
  for (const key of Object.keys(value)) {
    if (key !== 'page' || origin.at(key).unusable()?.why === 'vault') refuseUnusable(origin.at(key))
  }
}

/**
 * Two nodes that lose sight of each other without fencing run the floating IP twice, both of them quorate; and
 * Pacemaker starts nothing where fencing is on without a device. So there is no default that could be right.
 */
function fencingError(value: unknown, origin: Origin): Error {
  const choice =
    '"fencing: disabled" is the only choice for a new cluster yet; "fencing: kept" leaves the devices of a running cluster as they are. Without fencing, nodes that lose sight of each other each '
    + 'believe that the other is dead, and all of them take the floating IP. That may do for a demonstration or a static '
    + 'page, it will not for shared data: so it must be said, and verify goes on warning about it.'
  return value === undefined || value === null
    ? origin.error(
        '"fencing" is missing: expected a word on what happens to a node that does not answer',
        choice,
      )
    : origin.error(expected('fencing "disabled"', value), choice)
}

/** The agent finds the interface by itself; naming it is only right where it has one name on every node. */
function commonInterface(nodes: DeclaredNode[]): { nic?: string } {
  const [first, ...others] = nodes.map(node => node.interface)
  return first !== undefined && others.every(name => name === first) ? { nic: first } : {}
}

/** "Apache with the address" would keep every copy of a cloned WebSite on the one node of the floating IP. */
function refuseTiedClone(resources: Resource[], constraints: Cluster['constraints'], declared: DeclaredCluster, origin: Origin): void {
  const site = resources.find(({ id }) => id === 'WebSite')
  if (site?.kind !== 'primitive' || !site.clone) return
  const { id } = site.clone
  const tie = constraints.find(
    constraint => constraint.kind === 'colocation' && constraint.resource === id && constraint.with === 'FloatIP',
  )
  if (!tie) return
  const own = declared.constraints?.colocation?.[tie.id]
  const place = own ? origin.at('constraints', 'colocation', tie.id) : origin.at('resources', 'WebSite', 'clone')
  throw place.key.error(
    `WebSite is cloned, and the ${own ? '' : 'default '}constraint ${tie.id} would keep every copy on one node`,
    declared.layout === 'cloned'
      ? 'Leave it out: "layout: cloned" has the address follow a running WebSite.'
      : 'Say "layout: cloned" instead of "clone": then the address follows a running WebSite.',
  )
}

/** A cluster is a group's: said on a host, nobody would know who else is in it. */
function refuseClusterOfHost({ hosts, groups }: Inventory): void {
  const [first] = clustersOfHosts(hosts.values(), groups)
  if (!first) return
  throw first.origin.key.error(
    `"cluster" is said of the host ${first.owner.name}, and a cluster is a group's`,
    'Put it under the "vars:" of the group that holds the nodes.',
  )
}
