import { join } from 'node:path'
import { familyOf } from '../ip-address.js'
import { bridge, labNetns, netnsDir, nodeNetns, nodeRoot, type Lab, type LabNode } from './names.js'
import { runLocally, runCommands } from './process.js'

/**
 * A lab's network: a namespace with a bridge, and a namespace for each node whose eth0 is a cable to that bridge. The host's
 * namespace has no link of a lab, and a lab has no route to other networks.
 */

/** Commands that make the namespace with the bridge. */
export function bridgeCommands({
  name,
  network: { gateway, prefixLength },
}: Pick<Lab, 'name' | 'network'>): string[][] {
  const netns = labNetns(name)
  return [
    ['ip', 'netns', 'add', netns],
    ...noForwarding(netns),
    ['ip', '-n', netns, 'link', 'set', 'lo', 'up'],
    [
      'ip',
      '-n',
      netns,
      'link',
      'add',
      bridge,
      'type',
      'bridge',
      'stp_state',
      '0',
      'forward_delay',
      '0',
      'mcast_snooping',
      '0',
    ],
    [
      ...['ip', '-n', netns, 'address', 'add', `${gateway}/${prefixLength}`, 'dev', bridge],
      // Nobody else can have it: without the check for duplicates it is there at once.
      ...(familyOf(gateway) === 6 ? ['nodad'] : []),
    ],
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

/** A new namespace inherits this from the host, where Docker, for example, switches it on. */
function noForwarding(netns: string): string[][] {
  return [['ip', 'netns', 'exec', netns, 'sysctl', '-qw', 'net.ipv4.ip_forward=0']]
}

/** With the node's own nft: the host may have none. */
const flushRules = '! [ -x "$1/usr/sbin/nft" ] || nsenter --net="$2" chroot "$1" nft flush ruleset'

/**
 * Commands that take a node without power off the network. Its namespace stays, and otherwise the kernel would still answer
 * for its addresses, the floating IP included. Rules of nftables would stay too, which a real reboot ends.
 */
export function networkOffCommands(node: LabNode): string[][] {
  const netns = nodeNetns(node)
  return [
    ['ip', '-n', netns, 'link', 'set', 'eth0', 'down'],
    ['ip', '-n', netns, 'address', 'flush', 'dev', 'eth0'],
    ['sh', '-c', flushRules, 'sh', nodeRoot(node), join(netnsDir, netns)],
  ]
}

/** Runs a command in the lab's network, on the admin's side. */
export function inLab(lab: string, argv: string[]): string[] {
  return ['nsenter', `--net=${join(netnsDir, labNetns(lab))}`, ...argv]
}

/** Runs a command of the host in a node's network. */
export function inNode(node: LabNode, argv: string[]): string[] {
  return ['nsenter', `--net=${join(netnsDir, nodeNetns(node))}`, ...argv]
}

export async function makeBridge(lab: Pick<Lab, 'name' | 'network'>): Promise<void> {
  await runCommands(bridgeCommands(lab))
}

export async function makeCable(node: LabNode): Promise<void> {
  await runCommands(cableCommands(node))
}

/** Pulls the node's network cable: both ends lose the carrier and keep their addresses. */
export async function cutCable(node: LabNode): Promise<void> {
  await runCommands([['ip', '-n', labNetns(node.lab), 'link', 'set', node.name, 'down']])
}

/** Plugs the node's cable in again. As with a real one, traffic passes after about a second. */
export async function healCable(node: LabNode): Promise<void> {
  await runCommands([['ip', '-n', labNetns(node.lab), 'link', 'set', node.name, 'up']])
}

/** True if the node's cable is plugged in. */
export async function cablePlugged(node: LabNode): Promise<boolean> {
  const argv = ['ip', '-n', labNetns(node.lab), '-brief', 'link', 'show', 'dev', node.name]
  // Not "state UP", which is also down if the node has no power.
  return /[<,]UP[,>]/.test((await runLocally(argv, { timeoutSeconds: 10, nothrow: true })).stdout)
}
