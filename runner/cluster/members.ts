import { TaskError } from '../errors.js'
import type { Member } from '../tasks/member.js'
import type { ClusterScope, TrialScope as GenericTrialScope } from '../tasks/scope.js'
import type { Difference } from '../tasks/difference.js'
import type { Fact } from '../facts/fact.js'
import type { Node } from './declaration/declaration.js'

export type ClusterMember = Member<Node>
export type Scope = ClusterScope<Node>
export type ClusterTrialScope = GenericTrialScope<Node>

export function reachable(members: ClusterMember[]): ClusterMember[] {
  return members.filter(({ unreachable }) => !unreachable)
}

/** Reads a fact on all reachable members in parallel; the result is in the order of the inventory. */
export async function readOnAll<T>(members: ClusterMember[], fact: Fact<T>): Promise<[ClusterMember, T][]> {
  return Promise.all(reachable(members).map(async member => [member, await member.read(fact)]))
}

/**
 * The differences of a file that must be the same on every node. Nodes with the same text are reported as one:
 * `/etc/corosync/corosync.conf on node1, node2`.
 */
export function sharedTextDifferences(
  path: string,
  wanted: string,
  texts: [ClusterMember, string | undefined][],
): Difference[] {
  const differing = texts.filter(([, text]) => text !== wanted)
  const variants = [...new Set(differing.map(([, text]) => text))]
  return variants.map(from => ({
    subject: onNodes(
      path,
      differing.filter(([, text]) => text === from).map(([member]) => member),
    ),
    from,
    to: wanted,
  }))
}

/** `subject on node1, node2` */
export function onNodes(subject: string, members: ClusterMember[]): string {
  return `${subject} on ${members.map(({ name }) => name).join(', ')}`
}

/**
 * A file of the whole cluster changes on all of its nodes or on none (docs/safety.md).
 *
 * @param affected - the nodes that would have to change.
 * @throws TaskError if one of them is not selected.
 */
export function refuseUnselected(scope: Scope, affected: ClusterMember[]): void {
  const unselected = affected.filter(member => !scope.selected.includes(member))
  if (unselected.length === 0) return
  throw new TaskError(
    `${unselected.map(({ name }) => name).join(', ')} would have to change too and is not selected: nothing was changed`,
    {
      hint: 'run without --limit, or include all nodes of the cluster in it',
    },
  )
}
