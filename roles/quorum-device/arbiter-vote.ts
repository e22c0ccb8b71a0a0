import { qdevice, type Qdevice } from '../../runner/cluster/corosync/qdevice.js'
import { quorum } from '../../runner/cluster/corosync/facts.js'
import type { Quorum } from '../../runner/cluster/corosync/quorumtool.js'
import type { Node, QuorumDevice } from '../../runner/cluster/declaration/declaration.js'
import { onNodes, reachable, refuseUnselected, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import { unitState } from '../../runner/facts/units.js'
import { until, type ClusterTask, type Difference, type TaskRef } from '../../runner/tasks/index.js'

const unit = 'corosync-qdevice.service'

/** A connection, TLS and the decision of the arbiter take a second; a failed attempt is repeated after up to 8 s. */
const voteTimeoutSeconds = 60

interface NodeVote {
  member: ClusterMember
  active: boolean
  status: Qdevice | undefined
  quorum: Quorum | undefined
}

/** corosync-qdevice runs on every node with the settings of corosync.conf, and the arbiter's vote counts there. */
export function arbiterVotes(device: QuorumDevice, needs: readonly TaskRef[]): ClusterTask<Node> {
  return clusterTask('the arbiter votes', {
    needs,
    async check(scope) {
      const nodes = await readVotes(scope)
      const differing = nodes.filter(node => voteDifferences(node, device).length > 0)
      refuseUnselected(
        scope,
        differing.map(({ member }) => member),
      )
      return differing.flatMap(node => voteDifferences(node, device))
    },
    async apply(scope) {
      const nodes = await readVotes(scope)
      const idle = nodes.filter(({ active }) => !active)
      const toRestart = nodes.filter(node => node.active && mustRestart(node, device))
      for (const node of toRestart) refuseQuorumLoss(node)
      scope.progress(
        onNodes(
          'starting corosync-qdevice',
          [...idle, ...toRestart].map(({ member }) => member),
        ),
      )
      await Promise.all([
        ...idle.map(
          ({ member: { $ } }) => $({ timeout: '90s' })`systemctl reset-failed ${unit}; systemctl start ${unit}`,
        ),
        ...toRestart.map(({ member: { $ } }) => $({ timeout: '90s' })`systemctl restart ${unit}`),
      ])
      await until(
        `the vote of ${device.arbiter.name} on every node`,
        voteTimeoutSeconds,
        async report => {
          for (const member of scope.members) member.changed()
          const left = (await readVotes(scope)).filter(node => voteDifferences(node, device).length > 0)
          report(
            onNodes(
              'not yet',
              left.map(({ member }) => member),
            ),
          )
          return left.length === 0 ? true : undefined
        },
        {
          ...scope,
          hint: `\`corosync-qdevice-tool -sv\` on the nodes and \`corosync-qnetd-tool -lv\` on ${device.arbiter.name} show what is missing`,
        },
      )
    },
  })
}

async function readVotes({ members }: Scope): Promise<NodeVote[]> {
  return Promise.all(
    reachable(members).map(async member => {
      const [{ active }, status, votes] = await Promise.all([
        member.read(unitState(unit)),
        member.read(qdevice),
        member.read(quorum),
      ])
      return { member, active: active === 'active', status, quorum: votes }
    }),
  )
}

/** What a node lacks of the arbiter's vote. */
export function voteDifferences(
  { member, active, status, quorum: votes }: NodeVote,
  device: Pick<QuorumDevice, 'votes' | 'arbiter' | 'algorithm'>,
): Difference[] {
  if (!active) return [{ subject: onNodes(unit, [member]), from: 'inactive', to: 'active' }]
  const wanted = `${device.algorithm} of ${device.arbiter.links[0]}`
  const runs = status && `${status.algorithm} of ${status.host}`
  const present = votes?.device?.votes ?? 0
  return [
    ...(runs === wanted
      ? []
      : [{ subject: onNodes('arbiter that corosync-qdevice uses', [member]), from: runs, to: wanted }]),
    ...(present === device.votes
      ? []
      : [{ subject: onNodes('votes of the arbiter', [member]), from: String(present), to: String(device.votes) }]),
  ]
}

/** It reads its settings and certificates at its start only. */
function mustRestart({ status, quorum: votes }: NodeVote, { arbiter, algorithm }: QuorumDevice): boolean {
  const isAsConfigured = status?.host === arbiter.links[0] && status?.algorithm === algorithm
  return !isAsConfigured || !status.isConnected || (votes?.device?.votes ?? 0) === 0
}

/** While the daemon restarts, the nodes alone must have the quorum. */
function refuseQuorumLoss({ member, quorum: state }: NodeVote): void {
  const { votes, members = [] } = state ?? {}
  const ofNodes = members.reduce((sum, { votes: own }) => sum + own, 0)
  if (!state?.quorate || !votes || ofNodes >= votes.quorum) return
  throw new TaskError(
    `corosync-qdevice on ${member.name} was not restarted: without the arbiter's vote, the nodes have ${ofNodes} of the ${votes.quorum} votes that the quorum needs`,
    { hint: 'start Corosync on all nodes first' },
  )
}
