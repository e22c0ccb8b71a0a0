import type { ClusterMember, Scope } from '../../runner/cluster/members.js'
import type { Fact } from '../../runner/facts/fact.js'
import type { Headline, Verdict } from '../../runner/tasks/task.js'

/** Something that is not as it must be, as a sentence. */
export type Complaint = string

/** Said of a node whose daemon does not answer. */
export const silentCorosync = 'corosync does not answer'
export const silentPacemaker = 'pacemaker does not answer'

/**
 * Looks at the cluster through the eyes of every selected node.
 *
 * @param judge - what one node's view leaves to be desired.
 * @param silent - said of a node whose daemon does not answer.
 */
export async function fromEveryView<T>(
  { selected }: Scope, fact: Fact<T | undefined>, silent: string, judge: (view: T, member: ClusterMember) => Complaint[],
): Promise<{ views: T[]; seen: [string, T][]; complaints: Complaint[] }> {
  const answers = await Promise.all(selected.map(async member => [member, member.unreachable ? undefined : await member.read(fact)] as const))
  const complaints = answers.flatMap(([member, view]) => {
    if (member.unreachable) return [`${member.name} is unreachable: its view is missing`]
    return view === undefined ? [`${member.name}: ${silent}`] : judge(view, member).map(complaint => `${member.name}: ${complaint}`)
  })
  const seen = answers.flatMap(([{ name }, view]): [string, T][] => view === undefined ? [] : [[name, view]])
  return { views: seen.map(([, view]) => view), seen, complaints }
}

/**
 * The views of those nodes that have one: that another's daemon does not answer is for the assertions about that daemon to
 * say, and no reason to doubt all others.
 *
 * @param judge - what one node's view leaves to be desired.
 */
export async function fromWhoAnswers<T>(
  scope: Scope, fact: Fact<T | undefined>, silent: string, judge: (view: T, member: ClusterMember) => Complaint[] = () => [],
): Promise<{ seen: [string, T][]; complaints: Complaint[] }> {
  const { seen, complaints } = await fromEveryView(scope, fact, silent, () => [])
  if (seen.length === 0) return { seen, complaints }
  const members = new Map(scope.selected.map(member => [member.name, member]))
  return { seen, complaints: seen.flatMap(([name, view]) => judge(view, members.get(name)!).map(complaint => `${name}: ${complaint}`)) }
}

/** A verdict from complaints: none, and it holds. */
export function verdict(complaints: Complaint[], evidence: string, hint: string, headlines: Headline[] = []): Verdict {
  if (complaints.length === 0) return { status: 'ok', evidence, hint, headlines }
  return { status: 'failed', evidence: complaints.join('; '), hint, headlines }
}

/** The same for what people may mean, or have to decide: a warning, and never a failure. */
export function advice(remarks: string[], evidence: string, hint: string): Verdict {
  return remarks.length === 0 ? { status: 'ok', evidence, hint } : { status: 'warning', evidence: remarks.join('; '), hint }
}

/** What the nodes have, those with the same together: `3.1.7 on node1, node2 and 3.1.9 on node3`. */
export function told(values: [node: string, value: string][]): string {
  const distinct = [...new Set(values.map(([, value]) => value))]
  return distinct.map(value => `${value} on ${values.filter(([, other]) => other === value).map(([node]) => node).join(', ')}`).join(' and ')
}

/** A complaint where nodes that must have the same have not. */
export function differing(what: string, values: [node: string, value: string][]): Complaint[] {
  return new Set(values.map(([, value]) => value)).size > 1 ? [`${what} ${told(values)}`] : []
}
