import type { Scope } from '../../runner/cluster/members.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { TaskError } from '../../runner/errors.js'

/** A node that the cluster has lost would be fenced as soon as fencing is on. @throws TaskError if there is one. */
export async function refuseLostNodes({ members, leader }: Scope): Promise<void> {
  const state = await leader.read(clusterState)
  const lost = members.filter(
    member =>
      member.unreachable ||
      !state?.nodes.some(({ name, online, unclean }) => name === member.name && online && !unclean),
  )
  if (lost.length === 0) return
  throw new TaskError(
    `${lost.map(({ name }) => name).join(', ')} does not take part in the cluster, and could be fenced as soon as fencing is on: fencing was not changed`,
    { hint: 'bring all nodes back, then run again' },
  )
}
