import { milliseconds } from '../pacemaker/values.js'
import { attribute, descendantsOf, elementsOf, firstOf, readXml, type Element } from '../pacemaker/xml.js'
import { primitivesIn } from './identity.js'

/** How a CIB configures fencing. No parameter is kept that may be a secret. */
export interface FencingConfiguration {
  devices: ConfiguredDevice[]
  /** What Pacemaker does to a lost node: the property stonith-action. */
  action: 'reboot' | 'off'
  /** The property priority-fencing-delay; 0 if it is not set, or if no resource has a priority: then it delays nothing. */
  priorityDelayMs: number
  /** How long Pacemaker waits for a device: the property stonith-timeout, or the longest of the devices' own. */
  timeoutMs: number
  /** The devices of each level by the name of its node, in the order in which they are tried. Levels by pattern or attribute are left out. */
  levels: Map<string, string[][]>
}

/** Pacemaker's own (Pacemaker Explained, stonith-timeout). */
const defaultTimeoutMs = 60_000

export interface ConfiguredDevice {
  id: string
  /** The name of the agent: `fence_ipmilan`. */
  agent: string
  /** Where the agent finds the device; absent if no parameter says so. */
  address?: string
  /** A monitor is repeated, so that a device that no longer answers is noticed. */
  isMonitored: boolean
  /** The nodes on which its last repeated monitor ended, and whether the device answered. */
  monitors: Map<string, boolean>
  /** The delay before it fences a node, in milliseconds: `*` stands for every node that is not listed. */
  delays: Map<string, number>
  /** A random delay of up to so many milliseconds instead of a fixed one. */
  randomDelayMs: number
  /** `pcmk_reboot_timeout` or `pcmk_off_timeout`, if it has one. */
  timeoutMs?: number
}

/**
 * Reads the fencing devices of a CIB.
 *
 * @param cib - what `cibadmin -Q` prints.
 */
export function fencingIn(cib: string): FencingConfiguration {
  const root = readXml(cib)
  const configuration = firstOf(root, 'configuration')
  const monitors = monitorsIn(root)
  const templates = new Map(
    descendantsOf(configuration, 'template').map(template => [attribute(template, 'id') ?? '', template]),
  )
  const devices = primitivesIn(configuration)
    .map(primitive => [primitive, templates.get(attribute(primitive, 'template') ?? '')] as const)
    .filter(([primitive, template]) => (attribute(primitive, 'class') ?? attribute(template, 'class')) === 'stonith')
    .map(([primitive, template]) => deviceOf(primitive, template, monitors))
  return {
    devices,
    timeoutMs: Math.max(
      milliseconds(property(configuration, 'stonith-timeout', 'fencing-timeout') ?? '') ?? defaultTimeoutMs,
      ...devices.flatMap(({ timeoutMs }) => timeoutMs ?? []),
    ),
    action: property(configuration, 'stonith-action', 'fencing-action') === 'off' ? 'off' : 'reboot',
    priorityDelayMs: hasPriorities(configuration)
      ? (milliseconds(property(configuration, 'priority-fencing-delay') ?? '0') ?? 0)
      : 0,
    levels: levelsIn(configuration),
  }
}

function deviceOf(
  primitive: Element,
  template: Element | undefined,
  monitors: Map<string, Map<string, boolean>>,
): ConfiguredDevice {
  const sources = template === undefined ? [primitive] : [primitive, template]
  const id = attribute(primitive, 'id') ?? ''
  const value = (...names: string[]) =>
    sources
      .flatMap(source => elementsOf(source, 'instance_attributes'))
      .flatMap(set => elementsOf(set, 'nvpair'))
      .filter(pair => names.includes(attribute(pair, 'name') ?? ''))
      .map(pair => attribute(pair, 'value'))
      .find(text => text !== undefined)
  const address = value('ip', 'ipaddr')
  const timeoutMs = milliseconds(value('pcmk_reboot_timeout', 'pcmk_off_timeout') ?? '')
  return {
    id,
    agent: sources.map(source => attribute(source, 'type')).find(type => type !== undefined) ?? '',
    ...(address !== undefined && { address }),
    isMonitored: sources
      .flatMap(source => elementsOf(firstOf(source, 'operations'), 'op'))
      .some(op => attribute(op, 'name') === 'monitor' && (milliseconds(attribute(op, 'interval') ?? '0') ?? 0) > 0),
    monitors: monitors.get(id) ?? new Map<string, boolean>(),
    delays: delaysOf(value('pcmk_delay_base') ?? '0'),
    randomDelayMs: milliseconds(value('pcmk_delay_max') ?? '0') ?? 0,
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
}

/** `5s` for all nodes, or since Pacemaker 2.1.2 one for each: `node1:1s;node2:10s`. */
function delaysOf(text: string): Map<string, number> {
  const parts = text.includes(':') ? text.split(/[;\s]+/).filter(Boolean) : [`*:${text}`]
  return new Map(
    parts.map(part => {
      const [node = '', delay = ''] = part.split(':')
      return [node, milliseconds(delay) ?? 0]
    }),
  )
}

/** The results of the repeated monitors by device and node, from the operation history in the CIB's status. */
function monitorsIn(cib: Element): Map<string, Map<string, boolean>> {
  const results = new Map<string, Map<string, boolean>>()
  for (const state of elementsOf(firstOf(cib, 'status'), 'node_state')) {
    for (const resource of elementsOf(firstOf(state, 'lrm', 'lrm_resources'), 'lrm_resource')) {
      if (attribute(resource, 'class') !== 'stonith') continue
      const monitor = elementsOf(resource, 'lrm_rsc_op').findLast(
        op =>
          attribute(op, 'operation') === 'monitor' &&
          attribute(op, 'interval') !== '0' &&
          // Kept for the record after the device has answered again.
          !attribute(op, 'id')?.includes('_last_failure_'),
      )
      if (monitor === undefined) continue
      const id = attribute(resource, 'id') ?? ''
      const own = results.get(id) ?? new Map<string, boolean>()
      own.set(attribute(state, 'uname') ?? '', attribute(monitor, 'rc-code') === '0')
      results.set(id, own)
    }
  }
  return results
}

function property(configuration: Element | undefined, ...names: string[]): string | undefined {
  const sets = elementsOf(firstOf(configuration, 'crm_config'), 'cluster_property_set')
  return sets
    .toSorted((one, other) => Number(isBootstrap(other)) - Number(isBootstrap(one)))
    .flatMap(set => elementsOf(set, 'nvpair'))
    .filter(pair => names.includes(attribute(pair, 'name') ?? ''))
    .map(pair => attribute(pair, 'value'))
    .find(value => value !== undefined)
}

/** The set that wins over all others. */
function isBootstrap(set: Element): boolean {
  return attribute(set, 'id') === 'cib-bootstrap-options'
}

/** Pacemaker compares the priorities of what runs on the nodes: where none has one, no node is delayed. */
function hasPriorities(configuration: Element | undefined): boolean {
  const places = [firstOf(configuration, 'resources'), firstOf(configuration, 'rsc_defaults')]
  return places
    .flatMap(place => descendantsOf(place, 'meta_attributes'))
    .flatMap(set => elementsOf(set, 'nvpair'))
    .some(pair => attribute(pair, 'name') === 'priority' && Number(attribute(pair, 'value')) > 0)
}

function levelsIn(configuration: Element | undefined): Map<string, string[][]> {
  const levels = elementsOf(firstOf(configuration, 'fencing-topology'), 'fencing-level').toSorted(
    (one, other) => Number(attribute(one, 'index')) - Number(attribute(other, 'index')),
  )
  const byNode = new Map<string, string[][]>()
  for (const level of levels) {
    const node = attribute(level, 'target')
    if (node === undefined) continue
    byNode.set(node, [...(byNode.get(node) ?? []), (attribute(level, 'devices') ?? '').split(',')])
  }
  return byNode
}
