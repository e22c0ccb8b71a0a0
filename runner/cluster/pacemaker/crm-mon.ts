import { presentRole } from '../declaration/roles.js'
import { withoutSecrets } from '../secret-parameters.js'
import { attribute, elementsOf, firstOf, readXml, type Element } from './xml.js'

/** What `crm_mon -1 --output-as=xml` prints, on Pacemaker 2.0.5 (Debian 11) to 3.0 (Debian 13). */

export interface ClusterState {
  /** The DC's name; absent before the first election. */
  dc?: string
  /** The DC's partition has quorum; false without a DC. */
  quorate: boolean
  maintenance: boolean
  stonithEnabled: boolean
  nodes: NodeState[]
  resources: ResourceState[]
  failures: Failure[]
  /** What the fencer remembers, latest first. It forgets when Pacemaker has stopped on all nodes, or `stonith_admin --cleanup`. */
  fencingHistory: FencingEvent[]
}

export interface NodeState {
  name: string
  id: string
  online: boolean
  standby: boolean
  maintenance: boolean
  pending: boolean
  unclean: boolean
  /** The feature set of its Pacemaker, `3.16.1`; `<3.15.1` if the CIB does not have it; absent if crm_mon does not report it. */
  featureSet?: string
}

/** What crm_mon reports for a node whose attributes are not in the CIB, since it takes the node for older than they are (lib/pengine/pe_output.c). */
const unknownFeatureSet = '<3.15.1'

/** One instance of a resource: a clone's primitive has one for each node. */
export interface ResourceState {
  id: string
  /** `ocf:heartbeat:IPaddr2`, in the same form for all versions of Pacemaker. */
  agent: string
  /** `Started`, `Stopped`, `Promoted`, `Unpromoted`, or a role in transition: `Starting`, `Promoting`. In the present words. */
  role: string
  active: boolean
  failed: boolean
  blocked: boolean
  orphaned: boolean
  managed: boolean
  /** The role that an admin has set (`crm resource stop`): `Stopped`. */
  targetRole?: string
  /** Names of the nodes on which it runs. */
  nodes: string[]
  /** Ids of the group, clone or bundle it is in, outermost first. */
  parents: string[]
}

/**
 * The resources without the fencing devices. Pacemaker runs a device on a node only to monitor it: every node that may run it can
 * fence with it (docs/facts.md, Fencing).
 */
export function servicesIn({ resources }: ClusterState): ResourceState[] {
  return resources.filter(({ agent }) => !agent.startsWith('stonith:'))
}

/** The services that run on a node. */
export function servicesOn(state: ClusterState, node: string): ResourceState[] {
  return servicesIn(state).filter(({ active, nodes }) => active && nodes.includes(node))
}

/** The nodes on which a primitive, or one in a group or clone, is promoted. */
export function promotedNodes(id: string, { resources }: Pick<ClusterState, 'resources'>): string[] {
  const promoted = resources.filter(({ role, active }) => active && role === 'Promoted')
  return [
    ...new Set(
      promoted.flatMap(resource => (resource.id === id || resource.parents.includes(id) ? resource.nodes : [])),
    ),
  ]
}

/** The nodes on which each promotable primitive is promoted, by its id. */
export type PromotedNodes = ReadonlyMap<string, string[]>

export function promotedIn(state: Pick<ClusterState, 'resources'>): PromotedNodes {
  const promoted = state.resources.filter(({ role, active }) => active && role === 'Promoted')
  return new Map(promoted.map(({ id }) => [id, promotedNodes(id, state)]))
}

export interface Failure {
  /** `WebSite_monitor_60000`. */
  operation: string
  node: string
  status: string
  reason: string
  code: number
  /** Absent if this version of Pacemaker does not report it. */
  at?: string
}

/** A node that was fenced, or is to be. */
export interface FencingEvent {
  /** `reboot`, `off`, `on`. */
  action: string
  /** The node that is fenced. */
  target: string
  status: 'success' | 'failed' | 'pending'
  /** The node that ran the device's agent; absent before one was chosen, and after a human's confirmation. */
  by?: string
  /** Who asked for it: `pacemaker-controld.1234` is the cluster itself, `stonith_admin.1234` a human. */
  client: string
  /** The node on which it was asked for. */
  origin: string
  /** When it was completed, as Pacemaker prints it. */
  at?: string
  /** Why it failed. */
  reason?: string
}

/**
 * Reads crm_mon's report.
 * @throws Error with crm_mon's message if crm_mon could not reach the cluster, or if this is no report of crm_mon.
 */
export function parseCrmMon(text: string): ClusterState {
  const report = readXml(text)
  const status = firstOf(report, 'status')
  if (report.tagName !== 'pacemaker-result' || status === undefined) throw new Error('not a report of crm_mon')
  if (attribute(status, 'code') !== '0') {
    const errors = elementsOf(firstOf(status, 'errors') ?? status, 'error').map(error => error.textContent)
    throw new Error(`crm_mon: ${[attribute(status, 'message'), ...errors].join('; ')}`)
  }
  const summary = firstOf(report, 'summary')
  const dc = firstOf(summary, 'current_dc')
  const options = firstOf(summary, 'cluster_options')
  const name = attribute(dc, 'name')
  return {
    ...(name !== undefined && { dc: name }),
    quorate: isTrue(dc, 'with_quorum'),
    maintenance: isTrue(options, 'maintenance-mode'),
    // Pacemaker 3.0.2 renames stonith to fencing.
    stonithEnabled: isTrue(options, 'stonith-enabled') || isTrue(options, 'fencing-enabled'),
    nodes: elementsOf(firstOf(report, 'nodes'), 'node').map(nodeState),
    resources: resourcesIn(firstOf(report, 'resources'), []),
    failures: elementsOf(firstOf(report, 'failures'), 'failure').map(failure),
    fencingHistory: elementsOf(firstOf(report, 'fence_history'), 'fence_event').map(fencingEvent),
  }
}

/** Names of the nodes whose attributes are not in the CIB: they were lost, or the node's Pacemaker does not write them yet. */
export function withoutAttributes({ nodes }: ClusterState): string[] {
  return nodes
    .filter(({ online, pending, featureSet }) => online && !pending && featureSet === unknownFeatureSet)
    .map(({ name }) => name)
}

/** Whether nodes run different versions of Pacemaker, as far as the CIB knows. */
export function isMixed({ nodes }: ClusterState): boolean {
  const known = nodes.flatMap(({ featureSet }) =>
    featureSet === undefined || featureSet === unknownFeatureSet ? [] : featureSet,
  )
  return new Set(known).size > 1
}

function isTrue(element: Element | undefined, name: string): boolean {
  return attribute(element, name) === 'true'
}

function required(element: Element, name: string): string {
  const value = attribute(element, name)
  if (value === undefined) throw new Error(`crm_mon reports a ${element.tagName} without ${name}`)
  return value
}

function nodeState(node: Element): NodeState {
  const featureSet = attribute(node, 'feature_set')
  return {
    name: required(node, 'name'),
    id: required(node, 'id'),
    online: isTrue(node, 'online'),
    // crm_mon reports the standby of a node after a failure separately.
    standby: isTrue(node, 'standby') || isTrue(node, 'standby_onfail'),
    maintenance: isTrue(node, 'maintenance'),
    pending: isTrue(node, 'pending'),
    unclean: isTrue(node, 'unclean'),
    ...(featureSet !== undefined && { featureSet }),
  }
}

function resourcesIn(list: Element | undefined, parents: string[]): ResourceState[] {
  return elementsOf(list).flatMap(item => {
    if (item.tagName === 'resource') return [resourceState(item, parents)]
    if (item.tagName === 'replica') return resourcesIn(item, parents)
    const nests = ['group', 'clone', 'bundle'].includes(item.tagName)
    return nests ? resourcesIn(item, [...parents, required(item, 'id')]) : []
  })
}

function resourceState(resource: Element, parents: string[]): ResourceState {
  const targetRole = attribute(resource, 'target_role')
  return {
    id: required(resource, 'id'),
    // Debian 11 writes ocf::heartbeat:IPaddr2.
    agent: required(resource, 'resource_agent').replace('::', ':'),
    role: presentRole(required(resource, 'role')),
    active: isTrue(resource, 'active'),
    failed: isTrue(resource, 'failed'),
    blocked: isTrue(resource, 'blocked'),
    orphaned: isTrue(resource, 'orphaned'),
    managed: isTrue(resource, 'managed'),
    ...(targetRole !== undefined && { targetRole }),
    nodes: elementsOf(resource, 'node').map(node => required(node, 'name')),
    parents,
  }
}

function failure(item: Element): Failure {
  const at = attribute(item, 'last-rc-change')
  return {
    // A failed fencing or a task without an operation key has only its id.
    operation: attribute(item, 'op_key') ?? required(item, 'id'),
    node: required(item, 'node'),
    status: required(item, 'exitstatus'),
    reason: withoutSecrets(unescaped(attribute(item, 'exitreason') ?? '')),
    code: Number(required(item, 'exitcode')),
    ...(at !== undefined && { at }),
  }
}

const characters: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&apos;': "'" }

/** crm_mon escapes the reason of a failure twice (Pacemaker 2.1.5; docs/facts.md, Pacemaker). */
function unescaped(text: string): string {
  return text.replaceAll(/&(?:lt|gt|amp|quot|apos);/g, entity => characters[entity] ?? entity)
}

function fencingEvent(item: Element): FencingEvent {
  const status = required(item, 'status')
  const [by, at, reason] = ['delegate', 'completed', 'exit-reason'].map(name => attribute(item, name))
  return {
    action: required(item, 'action'),
    target: required(item, 'target'),
    status: status === 'success' || status === 'failed' ? status : 'pending',
    ...(by !== undefined && { by }),
    client: required(item, 'client'),
    origin: required(item, 'origin'),
    ...(at !== undefined && { at }),
    ...(reason !== undefined && { reason: withoutSecrets(reason) }),
  }
}
