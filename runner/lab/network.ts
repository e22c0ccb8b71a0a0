import { join } from 'node:path'
import { bridge, gateway, labNetns, netnsDir, nodeNetns, prefixLength, type LabNode } from './names.js'
import { run, runAll } from './process.js'

/**
 * A lab's network: a namespace with a bridge, and for each node a namespace whose eth0 is a cable into that bridge. No
 * link is ever in the host's namespace, and no namespace has a way out.
 */

/** Commands that make the namespace with the bridge. */
export function bridgeCommands(lab: string): string[][] {
  const netns = labNetns(lab)
  return [
    ['ip', 'netns', 'add', netns],
    ...noForwarding(netns),
    ['ip', '-n', netns, 'link', 'set', 'lo', 'up'],
    [
      'ip', '-n', netns, 'link', 'add', bridge, 'type', 'bridge',
      'stp_state', '0', 'forward_delay', '0', 'mcast_snooping', '0',
    ],
    ['ip', '-n', netns, 'address', 'add', `${gateway}/${prefixLength}`, 'dev', bridge],
    ['ip', '-n', netns, 'link', 'set', bridge, 'up'],
  ]
}

/** Commands that make a node's namespace, and its cable: `eth0` in the node, named after the node at the bridge. */
export function cableCommands(node: LabNode): string[][] {
  const [lab, own] = [labNetns(node.lab), nodeNetns(node)]
  return [
    ['ip', 'netns', 'add', own],
    ...noForwarding(own),
    ['ip', '-n', lab, 'link', 'add', node.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', own],
    ['ip', '-n', lab, 'link', 'set', node.name, 'master', bridge, 'up'],
  ]
}

/** A new namespace takes this over from the host, where Docker, say, has switched it on. */
function noForwarding(netns: string): string[][] {
  return [['ip', 'netns', 'exec', netns, 'sysctl', '-qw', 'net.ipv4.ip_forward=0']]
}

/**
 * Commands that leave of a node's network what a machine without power has. Its namespace outlives it, and the kernel
 * would go on answering for its addresses, a floating one too.
 */
export function darkCommands(node: LabNode): string[][] {
  const netns = nodeNetns(node)
  return [
    ['ip', '-n', netns, 'link', 'set', 'eth0', 'down'],
    ['ip', '-n', netns, 'address', 'flush', 'dev', 'eth0'],
  ]
}

/** A command, run in the lab's network on the admin's side. */
export function inLab(lab: string, words: string[]): string[] {
  return ['nsenter', `--net=${join(netnsDir, labNetns(lab))}`, ...words]
}

/** A command of the host's, run in a node's network. */
export function inNode(node: LabNode, words: string[]): string[] {
  return ['nsenter', `--net=${join(netnsDir, nodeNetns(node))}`, ...words]
}

export async function makeBridge(lab: string): Promise<void> {
  await runAll(bridgeCommands(lab))
}

export async function makeCable(node: LabNode): Promise<void> {
  await runAll(cableCommands(node))
}

/** Pulls the node's network cable: both ends lose their carrier, addresses stay. */
export async function cutCable(node: LabNode): Promise<void> {
  await runAll([['ip', '-n', labNetns(node.lab), 'link', 'set', node.name, 'down']])
}

/** Plugs the node's cable in again. As with a real one, it is about a second until something goes through. */
export async function healCable(node: LabNode): Promise<void> {
  await runAll([['ip', '-n', labNetns(node.lab), 'link', 'set', node.name, 'up']])
}

/** Is the node's cable plugged in? */
export async function cablePlugged(node: LabNode): Promise<boolean> {
  const words = ['ip', '-n', labNetns(node.lab), '-brief', 'link', 'show', 'dev', node.name]
  // Not "state UP": that is also down when the node has no power.
  return /[<,]UP[,>]/.test((await run(words, { seconds: 10, nothrow: true })).stdout)
}
