import { qdevice } from '../../runner/cluster/corosync/qdevice.js'
import type { Node, QuorumDevice } from '../../runner/cluster/declaration/declaration.js'
import { reachable } from '../../runner/cluster/members.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import type { ClusterGuard, TaskRef } from '../../runner/tasks/index.js'

/** The TCP port of corosync-qnetd. */
export const arbiterPort = 5403

/**
 * Every node reaches the arbiter. This is checked before corosync.conf changes: from then on, the quorum of two nodes depends on
 * its vote.
 */
export function arbiterAnswers({ arbiter }: QuorumDevice, needs: readonly TaskRef[]): ClusterGuard<Node> {
  const address = arbiter.links[0] ?? ''
  return clusterGuard('every node reaches the arbiter', {
    needs,
    async check({ members }) {
      const failed = await Promise.all(
        reachable(members).map(async member => {
          const status = await member.read(qdevice)
          if (status?.isConnected && status.host === address) return []
          const { exitCode } = await member.$({
            timeout: '15s',
            nothrow: true,
          })`timeout 5 bash -c ${`exec 3<>/dev/tcp/${address}/${arbiterPort}`}`
          return exitCode === 0 ? [] : [member.name]
        }),
      )
      const nodes = failed.flat()
      if (nodes.length === 0) return []
      throw new TaskError(
        `${arbiter.name} does not answer at ${address}, TCP port ${arbiterPort}, from ${nodes.join(', ')}`,
        {
          hint: `open this port in the firewall of ${arbiter.name}, and check that the nodes have a route to that address`,
        },
      )
    },
  })
}
