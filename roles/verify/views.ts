import type { ClusterMember, Scope } from '../../runner/cluster/members.js'
import type { Fact } from '../../runner/facts/fact.js'
import type { Headline, Verdict } from '../../runner/engine/task.js'

/** Something that is not as it must be, as a sentence. */
export type Complaint = string

/**
 * Looks at the cluster through the eyes of every selected node.
 *
 * @param judge - what one node's view leaves to be desired.
 * @param silent - said of a node whose daemon does not answer.
 */
export async function fromEveryView<T>(
  { selected }: Scope, fact: Fact<T | undefined>, silent: string, judge: (view: T, member: ClusterMember) => Complaint[],
): Promise<{ views: T[]; complaints: Complaint[] }> {
  const seen = await Promise.all(selected.map(async member => [member, member.unreachable ? undefined : await member.read(fact)] as const))
  const complaints = seen.flatMap(([member, view]) => {
    if (member.unreachable) return [`${member.name} is unreachable: its view is missing`]
    return view === undefined ? [`${member.name}: ${silent}`] : judge(view, member).map(complaint => `${member.name}: ${complaint}`)
  })
  return { views: seen.map(([, view]) => view).filter(view => view !== undefined), complaints }
}

/** A verdict from complaints: none, and it holds. */
export function verdict(complaints: Complaint[], evidence: string, hint: string, headlines: Headline[] = []): Verdict {
  if (complaints.length === 0) return { status: 'ok', evidence, headlines }
  return { status: 'failed', evidence: complaints.join('; '), hint, headlines }
}
