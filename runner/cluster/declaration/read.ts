import { check, expected, isMapping } from '../../inventory/check.js'
import { clustersOfGroups, clustersOfHosts } from '../../inventory/cluster-variables.js'
import { examplePath } from '../../inventory/example.js'
import type { Origin } from '../../inventory/origin.js'
import type { Group, Inventory } from '../../inventory/site.js'
import { refuseUnusable } from '../../inventory/unusable.js'
import { completeConstraints, idsOf } from './constraints.js'
import { completeCorosync } from './corosync.js'
import { defaultClones, defaultConstraints, defaultPage, defaultResourceDefaults } from './defaults.js'
import { explicitFencing, readFencing, withPriority } from './fencing.js'
import { readPrefixed } from './ipv4.js'
import { withLinks } from './links.js'
import { checkAddresses, namedNodes, readDeclaredNode, resolveNodes } from './nodes.js'
import type { DeclaredNode } from './nodes.js'
import { declaredDeviceSettings, readQuorumDevice } from './quorum-device.js'
import { completeProperties } from './properties.js'
import { completeResources } from './resources.js'
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
  const floatingIp = readPrefixed('floating_ip', declared.floating_ip, origin.at('floating_ip'))
  const nodes = hosts.map(host => readDeclaredNode(host, declared.name))
  const floatIpParams = {
    ip: floatingIp.address,
    cidr_netmask: String(floatingIp.prefix),
    ...commonInterface(nodes),
  }
  const { layout = 'single' } = declared
  const plainResources = completeResources(
    declared.resources ?? {},
    floatIpParams,
    defaultClones[layout],
    origin.at('resources'),
  )
  const { links = [], ...corosync } = declared.corosync ?? {}
  const names = nodes.map(({ node }) => node.name)
  const constraints = completeConstraints(
    declared.constraints ?? {},
    plainResources,
    names,
    defaultConstraints[layout],
    origin.at('constraints'),
  )
  refuseColocatedClone(plainResources, constraints, declared, origin)
  /** The nodes with all of their links, checked as far as their addresses are known. */
  const linked = (declaredNodes: DeclaredNode[]) => {
    checkAddresses(declaredNodes, floatingIp, origin.at('floating_ip'))
    return withLinks(
      declaredNodes.map(({ node }) => node),
      { links, transport: corosync.transport ?? 'knet' },
      floatingIp,
      origin.at('corosync', 'links'),
    )
  }
  const members = linked(nodes)
  const quorumDevice =
    declared.quorum_device &&
    readQuorumDevice(
      declared.quorum_device,
      { inventory, name: declared.name, nodes: members, floatingIp },
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
  const resources = withPriority(plainResources, floatingIp.address, fencing)
  const cluster: Cluster = {
    name: declared.name,
    group: group.name,
    nodes: members,
    floatingIp,
    fencing,
    ...(quorumDevice && { quorumDevice }),
    corosync: completeCorosync(corosync, nodes.length, quorumDevice, origin.at('corosync')),
    resources,
    constraints,
    properties: completeProperties(declared.properties ?? {}, fencing, origin.at('properties')),
    resourceDefaults: { ...defaultResourceDefaults[layout], ...declared.resource_defaults },
    operationDefaults: declared.operation_defaults ?? {},
    ...(declared.packages?.hold !== undefined && { holdPackages: declared.packages.hold }),
    ...(declared.firewall !== undefined && { firewall: declared.firewall }),
    page: declared.page ?? defaultPage,
    explicit: {
      ...explicitOf(declared, explicit?.delay === undefined ? plainResources : resources, constraints, quorumDevice),
      ...(explicit && { fencing: explicit }),
    },
  }
  const named = namedNodes(nodes)
  if (named.length === 0) return cluster
  return {
    ...cluster,
    unresolved: {
      names: named.map(({ host }) => host),
      resolve: reports => linked(resolveNodes(nodes, reports, floatingIp)),
    },
  }
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
    resourceDefaults: declared.resource_defaults ?? {},
    operationDefaults: declared.operation_defaults ?? {},
    ...(declared.page !== undefined && { page: declared.page }),
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
function commonInterface(nodes: DeclaredNode[]): { nic?: string } {
  const [first, ...others] = nodes.map(node => node.interface)
  return first !== undefined && others.every(name => name === first) ? { nic: first } : {}
}

/**
 * Refuses a colocation of a cloned WebSite with FloatIP: it would keep every instance on the node of the floating IP.
 */
function refuseColocatedClone(
  resources: Resource[],
  constraints: Cluster['constraints'],
  declared: DeclaredCluster,
  origin: Origin,
): void {
  const site = resources.find(({ id }) => id === 'WebSite')
  if (site?.kind !== 'primitive' || !site.clone) return
  const { id } = site.clone
  const colocation = constraints.find(
    constraint => constraint.kind === 'colocation' && constraint.resource === id && constraint.with === 'FloatIP',
  )
  if (!colocation) return
  const own = declared.constraints?.colocation?.[colocation.id]
  const place = own ? origin.at('constraints', 'colocation', colocation.id) : origin.at('resources', 'WebSite', 'clone')
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
