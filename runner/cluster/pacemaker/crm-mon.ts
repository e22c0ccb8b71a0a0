import { elementsOf, firstOf, newElement, parseXml, type Element } from './xml.js'

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
}

export interface NodeState {
  name: string
  id: string
  online: boolean
  standby: boolean
  maintenance: boolean
  pending: boolean
  unclean: boolean
  /** What its Pacemaker can, `3.16.1`; `<3.15.1` where the CIB does not have it; absent where crm_mon does not say. */
  featureSet?: string
}

/** What crm_mon takes a node for whose attributes the CIB does not have: older than those attributes (lib/pengine/pe_output.c). */
const unknownFeatureSet = '<3.15.1'

/** One instance of a resource: a clone's primitive has one for each node. */
export interface ResourceState {
  id: string
  /** `ocf:heartbeat:IPaddr2`, whichever way the version writes it. */
  agent: string
  role: string
  active: boolean
  failed: boolean
  blocked: boolean
  orphaned: boolean
  managed: boolean
  /** What an admin wants it to be (`crm resource stop`): `Stopped`; absent where nobody said. */
  targetRole?: string
  /** Names of the nodes it runs on. */
  nodes: string[]
  /** Ids of the group, clone or bundle it is in, outermost first. */
  parents: string[]
}

export interface Failure {
  /** `WebSite_monitor_60000`. */
  operation: string
  node: string
  status: string
  reason: string
  code: number
  /** Left out where the version does not say. */
  at?: string
}

/**
 * Reads crm_mon's report.
 * @throws Error with crm_mon's own words when it could not reach the cluster, or when this is no report of crm_mon.
 */
export function parseCrmMon(text: string): ClusterState {
  const report = parseXml(text)
  const status = firstOf(report, 'status')
  if (report.name !== 'pacemaker-result' || status === undefined) throw new Error('not a report of crm_mon')
  if (status.attributes.get('code') !== '0') {
    const words = elementsOf(firstOf(status, 'errors') ?? status, 'error').flatMap(error => error.children)
      .flatMap(child => 'text' in child ? [child.text] : [])
    throw new Error(`crm_mon: ${[status.attributes.get('message'), ...words].join('; ')}`)
  }
  const summary = firstOf(report, 'summary')
  const dc = firstOf(summary, 'current_dc')
  const options = firstOf(summary, 'cluster_options')
  const name = dc?.attributes.get('name')
  return {
    ...name !== undefined && { dc: name },
    quorate: yes(dc, 'with_quorum'),
    maintenance: yes(options, 'maintenance-mode'),
    // Pacemaker 3.0.2 renames stonith to fencing.
    stonithEnabled: yes(options, 'stonith-enabled') || yes(options, 'fencing-enabled'),
    nodes: inside(report, 'nodes', 'node').map(nodeState),
    resources: resourcesIn(firstOf(report, 'resources'), []),
    failures: inside(report, 'failures', 'failure').map(failure)
  }
}

/** Names of the nodes whose attributes the CIB does not have: lost, or of a Pacemaker that does not write them yet. */
export function withoutAttributes({ nodes }: ClusterState): string[] {
  return nodes.filter(({ online, pending, featureSet }) => online && !pending && featureSet === unknownFeatureSet).map(({ name }) => name)
}

/** Whether nodes run different versions of Pacemaker, as far as the CIB knows. */
export function isMixed({ nodes }: ClusterState): boolean {
  const known = nodes.flatMap(({ featureSet }) => featureSet === undefined || featureSet === unknownFeatureSet ? [] : featureSet)
  return new Set(known).size > 1
}

function inside(report: Element, list: string, item: string): Element[] {
  return elementsOf(firstOf(report, list) ?? newElement(list), item)
}

function yes(element: Element | undefined, attribute: string): boolean {
  return element?.attributes.get(attribute) === 'true'
}

function said(element: Element, attribute: string): string {
  const value = element.attributes.get(attribute)
  if (value === undefined) throw new Error(`crm_mon reports a ${element.name} without ${attribute}`)
  return value
}

function nodeState(node: Element): NodeState {
  const featureSet = node.attributes.get('feature_set')
  return {
    name: said(node, 'name'),
    id: said(node, 'id'),
    online: yes(node, 'online'),
    // crm_mon counts a node that a failure put in standby apart.
    standby: yes(node, 'standby') || yes(node, 'standby_onfail'),
    maintenance: yes(node, 'maintenance'),
    pending: yes(node, 'pending'),
    unclean: yes(node, 'unclean'),
    ...featureSet !== undefined && { featureSet }
  }
}

function resourcesIn(list: Element | undefined, parents: string[]): ResourceState[] {
  return elementsOf(list ?? newElement('resources')).flatMap(item => {
    if (item.name === 'resource') return [resourceState(item, parents)]
    if (item.name === 'replica') return resourcesIn(item, parents)
    const nests = ['group', 'clone', 'bundle'].includes(item.name)
    return nests ? resourcesIn(item, [...parents, said(item, 'id')]) : []
  })
}

function resourceState(resource: Element, parents: string[]): ResourceState {
  const targetRole = resource.attributes.get('target_role')
  return {
    id: said(resource, 'id'),
    // Debian 11 writes ocf::heartbeat:IPaddr2.
    agent: said(resource, 'resource_agent').replace('::', ':'),
    role: said(resource, 'role'),
    active: yes(resource, 'active'),
    failed: yes(resource, 'failed'),
    blocked: yes(resource, 'blocked'),
    orphaned: yes(resource, 'orphaned'),
    managed: yes(resource, 'managed'),
    ...targetRole !== undefined && { targetRole },
    nodes: elementsOf(resource, 'node').map(node => said(node, 'name')),
    parents
  }
}

function failure(item: Element): Failure {
  const at = item.attributes.get('last-rc-change')
  return {
    // A failed fencing or a task without an operation key has only its id.
    operation: item.attributes.get('op_key') ?? said(item, 'id'),
    node: said(item, 'node'),
    status: said(item, 'exitstatus'),
    reason: item.attributes.get('exitreason') ?? '',
    code: Number(said(item, 'exitcode')),
    ...at !== undefined && { at }
  }
}
