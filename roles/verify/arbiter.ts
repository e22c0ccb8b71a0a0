import { quorum } from '../../runner/cluster/corosync/facts.js'
import { qdevice, type Qdevice } from '../../runner/cluster/corosync/qdevice.js'
import type { QuorumDevice } from '../../runner/cluster/declaration/declaration.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { counted } from '../../runner/ui/text.js'
import { corosyncNotAnswering, readAvailableViews, verdict } from './verdict.js'

/** The members' own views prove it, so that nothing needs to connect to the arbiter. */
export function arbiterVotes({ arbiter, algorithm, votes }: QuorumDevice) {
  const address = arbiter.links[0] ?? ''
  return async (scope: Scope): Promise<Verdict> => {
    const statuses = new Map((await readOnAll(scope.selected, qdevice)).map(([{ name }, status]) => [name, status]))
    const { violations } = await readAvailableViews(scope, quorum, corosyncNotAnswering, ({ device }, { name }) => [
      ...statusViolations(statuses.get(name), address, algorithm),
      ...(device?.votes === votes ? [] : [`the arbiter has ${counted(device?.votes ?? 0, 'vote')}, not ${votes}`]),
    ])
    return verdict(
      violations,
      `${arbiter.name} (${address}, ${algorithm}) has ${counted(votes, 'vote')}`,
      `\`ha-run quorum-device\` sets it up again; \`corosync-qdevice-tool -sv\` on the nodes and \`corosync-qnetd-tool -lv\` on ${arbiter.name} show details`,
      violations.length === 0 ? [{ label: 'arbiter', text: `${arbiter.name}, ${counted(votes, 'vote')}` }] : [],
    )
  }
}

function statusViolations(status: Qdevice | undefined, address: string, algorithm: string): string[] {
  if (!status) return ['corosync-qdevice does not answer']
  const { host, isConnected } = status
  if (host !== address || status.algorithm !== algorithm)
    return [`corosync-qdevice uses ${status.algorithm} of ${host}, not ${algorithm} of ${address}`]
  return isConnected ? [] : [`corosync-qdevice is not connected to ${address}`]
}
