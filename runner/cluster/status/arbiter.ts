import type { Quorum, QuorumMember } from '../corosync/quorumtool.js'
import type { Cluster } from '../declaration/declaration.js'
import type { Problem } from './events.js'
import type { AnsweringNode } from './partitions.js'
import { failed, namesOf } from './problem.js'

/**
 * The quorum device as a node sees it; undefined if there is none. Corosync calls it alive while corosync-qdevice runs on the node,
 * with or without a connection to the arbiter, and goes on listing one that was taken away.
 */
export function deviceOf({ members }: Quorum, { quorumDevice }: Cluster): QuorumMember['device'] {
  const device = members.find(({ self }) => self)?.device
  return quorumDevice || device?.isAlive ? device : undefined
}

/**
 * The nodes that do not have the arbiter's vote although they should. A part of the cluster without quorum is not counted: there,
 * the arbiter votes for others.
 */
export function arbiterProblems(cluster: Cluster, seen: AnsweringNode[]): Problem[] {
  const inRing = seen.flatMap(({ name, view: { quorum } }) =>
    quorum ? [{ name, quorate: quorum.quorate, device: deviceOf(quorum, cluster) }] : [],
  )
  const problem = (nodes: { name: string }[], text: (names: string) => string, hint: string) =>
    nodes.length === 0 ? [] : [failed(text(namesOf(nodes)), hint)]
  return [
    ...problem(
      cluster.quorumDevice ? inRing.filter(({ device }) => !device) : [],
      names => `no quorum device on ${names}`,
      '`ha-run quorum-device` sets it up',
    ),
    ...problem(
      inRing.filter(({ device }) => device && !device.isAlive),
      names => `corosync-qdevice is not running on ${names}, so that the arbiter cannot vote there`,
      '`ha-run quorum-device` starts it',
    ),
    ...problem(
      inRing.filter(({ quorate, device }) => quorate && device?.isAlive && !device.isVoting),
      names => `the arbiter does not vote on ${names}`,
      'check corosync-qnetd on the arbiter, and TCP port 5403 between it and the nodes; `corosync-qdevice-tool -sv` on a node shows its connection',
    ),
  ]
}
