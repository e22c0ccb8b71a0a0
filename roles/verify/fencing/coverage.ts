import type { ConfiguredDevice } from '../../../runner/cluster/cib/fencing-devices.js'
import type { DeviceAnswer } from '../../../runner/cluster/fencing/device-answers.js'
import type { ClusterState } from '../../../runner/cluster/pacemaker/crm-mon.js'

/** What decides whether every node can be fenced. */
export interface FencingView {
  /** Names of the nodes that must be fenceable. */
  nodes: string[]
  devices: ConfiguredDevice[]
  /** For each node, the devices that must all act to fence it, in the order in which they are tried; without an entry, any device is enough. */
  levels: Map<string, string[][]>
  state: ClusterState
  /** For each node that answers: the ids of the devices with which it can fence each node. */
  capable: Map<string, Map<string, string[]>>
  /** The devices that a node has just asked itself, as `node device`, with their answers. */
  asked: Map<string, DeviceAnswer>
}

/** How one node can be fenced. */
export interface Coverage {
  target: string
  /** The devices that answer, with the nodes that can use them. */
  answering: { device: string; from: string[] }[]
  /** Why the other devices do not count. */
  silent: string[]
  /** What is not known about devices that count. */
  unproven: string[]
  /** The devices that answer are enough. */
  isCovered: boolean
}

/** How each node can be fenced from another one. */
export function coverageOf(view: FencingView): Coverage[] {
  return view.nodes.map(target => {
    const levels = view.levels.get(target)
    const listed = listedFor(target, view)
    const candidates = levels === undefined ? listed : [...new Set(levels.flat())]
    const results = candidates.map(device => ({
      device,
      from: nodesWith(device, target, view),
      reason: listed.includes(device) ? silence(device, target, view) : `${device} can be used by no other node`,
    }))
    const answering = results.filter(({ reason }) => reason === undefined)
    const answers = (device: string) => answering.some(each => each.device === device)
    return {
      target,
      answering: answering.map(({ device, from }) => ({ device, from })),
      silent: results.flatMap(({ reason }) => reason ?? []),
      unproven: answering.flatMap(({ device }) => doubt(device, target, view) ?? []),
      isCovered: levels === undefined ? answering.length > 0 : levels.some(devices => devices.every(answers)),
    }
  })
}

/**
 * The devices whose monitor runs on the very node that they fence, with another node that could use them: whether they answer
 * there is not known until that node asks.
 */
export function unprovenIn(view: FencingView): { node: string; device: ConfiguredDevice }[] {
  const pairs = view.nodes.flatMap(target =>
    listedFor(target, view)
      .filter(device => runsOnlyOn(target, device, view) && failure(device, view) === undefined)
      .flatMap(device =>
        nodesWith(device, target, view)
          .slice(0, 1)
          .flatMap(node => view.devices.filter(({ id }) => id === device).map(each => ({ node, device: each }))),
      ),
  )
  return pairs.filter(
    ({ node, device }, at) => pairs.findIndex(other => other.node === node && other.device === device) === at,
  )
}

/** The devices by which a node other than the target can fence it. */
function listedFor(target: string, { nodes, capable }: FencingView): string[] {
  const others = nodes.filter(name => name !== target)
  return [...new Set(others.flatMap(name => capable.get(name)?.get(target) ?? []))]
}

function nodesWith(device: string, target: string, { nodes, capable }: FencingView): string[] {
  return nodes.filter(name => name !== target && capable.get(name)?.get(target)?.includes(device))
}

function runsOnlyOn(node: string, device: string, { state }: FencingView): boolean {
  const on = state.resources.filter(({ id, active }) => id === device && active).flatMap(({ nodes }) => nodes)
  return on.length > 0 && on.every(name => name === node)
}

/** Why a device does not count for a node; undefined if it has answered another node, or cannot be asked by it. */
function silence(device: string, target: string, view: FencingView): string | undefined {
  const failed = failure(device, view)
  if (failed !== undefined || !runsOnlyOn(target, device, view)) return failed
  const { node, answer } = asked(device, target, view)
  if (answer === undefined) return `${device} was not asked by ${node}`
  return answer === 'silent' ? `${device} does not answer ${node}` : undefined
}

/** That a device which counts has not answered a node other than its target. */
function doubt(id: string, target: string, view: FencingView): string | undefined {
  if (!runsOnlyOn(target, id, view)) return undefined
  const { node, answer } = asked(id, target, view)
  const agent = view.devices.find(device => device.id === id)?.agent
  return answer === 'cannot be asked'
    ? `${id} answers ${target}, which it fences; ${node}, where it does not run, cannot ask it, because ${agent} has no action "list"`
    : undefined
}

/** The first node that could fence the target by this device, and what it was answered. */
function asked(device: string, target: string, view: FencingView): { node: string; answer: DeviceAnswer | undefined } {
  const [node = ''] = nodesWith(device, target, view)
  return { node, answer: view.asked.get(`${node} ${device}`) }
}

/** Why a device does not count at all. */
function failure(id: string, { devices, state }: FencingView): string | undefined {
  const device = devices.find(each => each.id === id)
  // Pacemaker adds a device of its own if a watchdog reboots lost nodes: there is nothing to ask.
  if (device === undefined) return undefined
  const instances = state.resources.filter(resource => resource.id === id)
  if (instances.some(({ failed }) => failed)) return `${id} has failed`
  const on = instances.filter(({ active }) => active).flatMap(({ nodes }) => nodes)
  if (on.length === 0) return `${id} is stopped`
  if (!device.isMonitored) return `${id} has no monitor: nothing shows whether it answers`
  if (on.some(node => device.monitors.get(node) === true)) return undefined
  return on.some(node => device.monitors.has(node))
    ? `${id} does not answer ${on.join(', ')}`
    : `${id} has not been monitored yet`
}
