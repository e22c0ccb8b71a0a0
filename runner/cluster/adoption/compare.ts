import { parseCorosyncConf, type Section } from '../corosync/conf.js'
import { candidate } from '../cib/cib.js'
import { optionParts, resourceParts } from '../cib/declared-parts.js'
import { recordName, recordOf } from '../cib/draft.js'
import { fencingProperties } from '../cib/fencing-properties.js'
import { bringsUp } from '../cib/identity.js'
import { kindOf } from '../cib/labels.js'
import type { Cmap } from '../corosync/cmap.js'
import type { ClusterState } from '../pacemaker/crm-mon.js'
import type { Cluster } from '../declaration/declaration.js'
import { configured, inForceValue, sameValue } from '../corosync/setting-differences.js'
import type { Quorum } from '../corosync/quorumtool.js'
import { isChangeable } from '../corosync/wanted-conf.js'
import { attribute, elementsOf, firstOf, readXml } from '../pacemaker/xml.js'
import { fencingObstacles } from './fencing-obstacles.js'
import { withoutDefaults } from './foreign-cluster.js'

/** A node of a running cluster, as its daemons report it. */
export interface RunningNode {
  name: string
  /** Its declared addresses, link 0 first. */
  links: readonly string[]
  conf: string | undefined
  /** Undefined if its Corosync does not answer. */
  cmap: Cmap | undefined
  quorum: Quorum | undefined
  /** Undefined if its Pacemaker does not answer. */
  state: ClusterState | undefined
}

export interface Comparison {
  /** Why the cluster cannot be adopted with this declaration, each with what to write instead. */
  obstacles: string[]
  /** What runs and is not declared, so it stays. */
  kept: string[]
  /** What adoption changes because it is declared differently. */
  changes: string[]
}

/** Compares the explicit declaration with a running foreign cluster. */
export function compareDeclaration(cluster: Cluster, nodes: RunningNode[], cibText: string | undefined): Comparison {
  const [first] = nodes.filter(({ cmap }) => cmap)
  const resources =
    cibText === undefined ? { obstacles: ['pacemaker answers on no node'], changes: [] } : compareCib(cluster, cibText)
  return {
    obstacles: [
      ...nodes.flatMap(stoppedDaemons),
      ...memberObstacles(cluster, nodes),
      ...(cibText === undefined ? [] : fencingObstacles(cluster, cibText)),
      ...(first ? settingObstacles(cluster, first.cmap!) : []),
      ...resources.obstacles,
    ],
    kept: [
      ...(first ? [...keptSettings(cluster, first.cmap!), ...keptSections(first.conf)] : []),
      ...(cibText === undefined ? [] : keptObjects(cluster, cibText)),
    ],
    changes: [...(first ? settingChanges(cluster, first.cmap!) : []), ...resources.changes],
  }
}

function stoppedDaemons({ name, cmap, state }: RunningNode): string[] {
  if (!cmap) return [`corosync does not answer on ${name}: start it first`]
  return state ? [] : [`pacemaker does not answer on ${name}: start it first`]
}

/** Differences between the declared and the running members. The running cluster decides who its members are. */
function memberObstacles(cluster: Cluster, nodes: RunningNode[]): string[] {
  const answering = nodes.filter(({ quorum }) => quorum)
  const declaredIds = new Map(answering.map(({ name, quorum }) => [quorum!.nodeId, name]))
  const others = new Map(
    answering.flatMap(({ quorum }) =>
      quorum!.members
        .filter(({ nodeId }) => !declaredIds.has(nodeId))
        .map(({ nodeId, name }) => [nodeId, name] as const),
    ),
  )
  const rings = [...new Set(answering.map(({ quorum }) => quorum!.ringId))]
  const runningName = answering[0] && nodes.find(({ cmap }) => cmap)?.cmap?.get('totem.cluster_name')?.value
  return [
    ...[...others].map(
      ([id, name]) =>
        `node ${id} (${name}) is a member, but not a host of the inventory: add it to the group ${cluster.group}`,
    ),
    ...(rings.length > 1
      ? [`the nodes are in ${rings.length} rings (${rings.join(', ')}): they are not one cluster`]
      : []),
    ...(new Set(nodes.map(({ conf }) => conf)).size > 1
      ? [
          'corosync.conf is not the same on all nodes: make it the same first, because at a reload each node reads its own file',
        ]
      : []),
    ...(runningName !== undefined && runningName !== cluster.name
      ? [`the cluster's name is ${runningName || '(empty)'}: write \`name: ${runningName}\``]
      : []),
    ...answering.flatMap(({ name, quorum, state }) => {
      const called = state?.nodes.find(({ id }) => Number(id) === quorum!.nodeId)?.name
      if (called === undefined || called === name) return []
      const fix = /^[a-z0-9-]+$/i.test(called)
        ? `write \`${called}:\` in place of \`${name}:\``
        : 'an inventory cannot have node names with a dot yet'
      return [`Pacemaker calls ${name} "${called}", but both names must be the same: ${fix}`]
    }),
  ]
}

/** The declared settings that run with other values. */
function differingSettings({ explicit }: Cluster, cmap: Cmap): [setting: string, declared: string, runs: string][] {
  return Object.entries(explicit.corosync).flatMap(([setting, declared]) => {
    const runs = inForceValue(setting, cmap)
    return sameValue(runs, declared) ? [] : [[setting, declared, runs ?? '(not set)']]
  })
}

/** The declared settings that adoption changes. */
function settingChanges(cluster: Cluster, cmap: Cmap): string[] {
  return differingSettings(cluster, cmap)
    .filter(([setting]) => isChangeable(setting))
    .map(([setting, declared, runs]) => `${setting}: ${runs} -> ${declared} (live: a reload applies it)`)
}

/** The declared settings that adoption cannot change, and the nodes that are not at their declared addresses. */
function settingObstacles(cluster: Cluster, cmap: Cmap): string[] {
  const settings = differingSettings(cluster, cmap)
    .filter(([setting]) => !isChangeable(setting))
    .map(
      ([setting, declared, runs]) =>
        `${setting} is declared as ${declared} and runs as ${runs}: ` +
        'declare the value that runs, or leave the setting out; ha-run does not change it on a cluster that it has not built',
    )
  const idByAddress = new Map(
    [...cmap].flatMap(([entry, { value }]) => {
      const [, id] = /^runtime\.members\.(\d+)\.ip$/.exec(entry) ?? []
      return id === undefined
        ? []
        : [...value.matchAll(/ip\(([^)]*)\)/g)].map(([, address = '']) => [address, id] as const)
    }),
  )
  const missing = cluster.nodes.filter(({ links: [address = ''] }) => idByAddress.size > 0 && !idByAddress.has(address))
  return [
    ...settings,
    ...missing.map(
      ({ name, links: [address] }) =>
        `no member has the address ${address} of ${name}: the members have ${[...idByAddress.keys()].join(', ')}`,
    ),
  ]
}

/** The undeclared settings that differ from the defaults of a new cluster. */
function keptSettings({ corosync, explicit }: Cluster, cmap: Cmap): string[] {
  const running = configured(cmap)
  const defaults = Object.entries({
    totem: { ...corosync.totem, transport: corosync.transport },
    quorum: corosync.quorum,
    logging: corosync.logging,
  }).flatMap(([section, values]) => Object.entries(values).map(([key, value]) => [`${section}.${key}`, value] as const))
  const known = new Set<string>(defaults.map(([setting]) => setting))
  const others = [...running].filter(
    ([setting]) =>
      !known.has(setting) &&
      !(setting in explicit.corosync) &&
      !/^nodelist\.|^totem\.(version|cluster_name|key)$/.test(setting),
  )
  return [
    ...defaults.flatMap(([setting, value]) => {
      const runs = running.get(setting)
      if (setting in explicit.corosync || runs === value || sameValue(runs, value)) return []
      return [`${setting} ${runs ?? '(not set)'} (not declared; a new cluster would get ${value})`]
    }),
    ...others.map(([setting, runs]) => `${setting} ${runs}`),
  ]
}

/** The sections and subsections of the file that an inventory cannot declare. */
function keptSections(conf: string | undefined): string[] {
  const file = readable(conf)
  const subsections = (section: Section) => section.entries.flatMap(entry => ('entries' in entry ? [entry] : []))
  return file
    ? subsections(file).flatMap(section => {
        if (!['totem', 'nodelist', 'quorum', 'logging'].includes(section.name))
          return [`section ${section.name} of corosync.conf`]
        return section.name === 'nodelist'
          ? []
          : subsections(section).map(({ name }) => `section ${section.name}.${name} of corosync.conf`)
      })
    : []
}

function readable(conf: string | undefined): Section | undefined {
  try {
    return conf === undefined ? undefined : parseCorosyncConf(conf)
  } catch {
    return undefined
  }
}

function keptObjects(cluster: Cluster, cib: string): string[] {
  const { explicit, fencing } = cluster
  const devices = typeof fencing === 'string' ? [] : fencing.devices
  const { alerts = [], tags = [], acls = { roles: [], holders: [] } } = cluster
  const objects = [...explicit.resources, ...explicit.constraints, ...devices, ...alerts, ...tags, ...acls.roles]
  const declared = new Set([
    ...objects.map(({ id }) => id),
    ...acls.holders.map(({ kind, id }) => recordName(`acl_${kind}`, id)),
  ])
  const configuration = firstOf(readXml(cib), 'configuration')
  return ['resources', 'constraints', 'fencing-topology', 'alerts', 'tags', 'acls']
    .flatMap(name => elementsOf(firstOf(configuration, name)))
    .filter(element => !declared.has(recordOf(element) ?? ''))
    .map(element => `${kindOf(element)} ${attribute(element, 'id')}`)
}

/** How the declared objects would change the CIB, or why they cannot be added to it. */
function compareCib(cluster: Cluster, cib: string): Pick<Comparison, 'obstacles' | 'changes'> {
  const declared = withoutDefaults(cluster)
  const { resources, fencing } = declared
  const isDeclared = (address: string) =>
    resources.some(resource => resource.kind === 'primitive' && resource.params['ip'] === address)
  const missingFloatingIps = cluster.floatingIps
    .filter(({ address }) => !bringsUp(cib, address) && !isDeclared(address))
    .map(
      ({ name, address }) =>
        `no resource has the floating IP ${address}: ` +
        `write \`resources: { ${name}: {} }\` to add one, or declare the address that the cluster has`,
    )
  try {
    const { differences } = candidate(cib, {
      ...resourceParts(declared),
      ...optionParts(declared),
      ...(typeof fencing !== 'string' && { devices: fencing, fencingProperties: fencingProperties(declared) }),
    })
    return {
      obstacles: missingFloatingIps,
      changes: differences.map(({ subject, from, to }) => `${subject}: ${from ?? '(absent)'} -> ${to ?? '(absent)'}`),
    }
  } catch (error) {
    return { obstacles: [...missingFloatingIps, (error as Error).message], changes: [] }
  }
}
