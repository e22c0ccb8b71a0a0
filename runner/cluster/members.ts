import { TaskError } from '../errors.js'
import type { Member } from '../tasks/member.js'
import type { ClusterScope, TrialScope as Trying } from '../tasks/task.js'
import type { Difference } from '../tasks/difference.js'
import type { Fact } from '../facts/fact.js'
import type { Node } from './declaration/declaration.js'

export type ClusterMember = Member<Node>
export type Scope = ClusterScope<Node>
export type TrialScope = Trying<Node>

export function reachable(members: ClusterMember[]): ClusterMember[] {
  return members.filter(({ unreachable }) => !unreachable)
}

/** Reads a fact on all reachable members at once, in inventory order. */
export async function readOnAll<T>(members: ClusterMember[], fact: Fact<T>): Promise<[ClusterMember, T][]> {
  return Promise.all(reachable(members).map(async member => [member, await member.read(fact)]))
}

/**
 * The differences of a file that is to be the same on every node; nodes with the same text stand together:
 * `/etc/corosync/corosync.conf on node1, node2`.
 */
export function sharedTextDifferences(path: string, wanted: string, texts: [ClusterMember, string | undefined][]): Difference[] {
  const differing = texts.filter(([, text]) => text !== wanted)
  const variants = [...new Set(differing.map(([, text]) => text))]
  return variants.map(from => ({ subject: on(path, differing.filter(([, text]) => text === from).map(([member]) => member)), from, to: wanted }))
}

/** `subject on node1, node2` */
export function on(subject: string, members: ClusterMember[]): string {
  return `${subject} on ${members.map(({ name }) => name).join(', ')}`
}

/**
 * Rule 9.1: a file of the whole cluster changes on all of its nodes or on none.
 *
 * @throws TaskError when a node that would have to change is not selected.
 */
export function refuseUnselected(scope: Scope, touched: ClusterMember[]): void {
  const left = touched.filter(member => !scope.selected.includes(member))
  if (left.length === 0) return
  throw new TaskError(`${left.map(({ name }) => name).join(', ')} would have to change too and is not selected: nothing was changed`, {
    hint: 'run without --limit, or with all nodes of the cluster in it',
  })
}
