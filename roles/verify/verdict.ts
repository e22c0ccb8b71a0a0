import type { ClusterMember, Scope } from '../../runner/cluster/members.js'
import type { Fact } from '../../runner/facts/fact.js'
import type { Headline, Verdict } from '../../runner/tasks/index.js'
import { shortened } from '../../runner/ui/text.js'

/** A violation of an assertion, as a sentence. */
export type Violation = string

/** How many sentences or names an assertion lists: with hundreds of resources, one cause makes as many of them. */
export const mostListed = 20

export const corosyncNotAnswering = 'corosync does not answer'
export const pacemakerNotAnswering = 'pacemaker does not answer'

/**
 * Reads the view of every selected node.
 *
 * @param judge - finds the violations in one node's view.
 * @param notAnswering - the violation of a node whose daemon does not answer.
 */
export async function readViews<T>(
  { selected }: Scope,
  fact: Fact<T | undefined>,
  notAnswering: string,
  judge: (view: T, member: ClusterMember) => Violation[],
): Promise<{ views: T[]; viewsByNode: [string, T][]; violations: Violation[] }> {
  const answers = await Promise.all(
    selected.map(async member => [member, member.unreachable ? undefined : await member.read(fact)] as const),
  )
  const violations = answers.flatMap(([member, view]) => {
    if (member.unreachable) return [`${member.name} is unreachable: its view is missing`]
    return view === undefined
      ? [`${member.name}: ${notAnswering}`]
      : judge(view, member).map(violation => `${member.name}: ${violation}`)
  })
  const viewsByNode = answers.flatMap(([{ name }, view]): [string, T][] => (view === undefined ? [] : [[name, view]]))
  return { views: viewsByNode.map(([, view]) => view), viewsByNode, violations }
}

/**
 * Reads the views of the nodes that answer, if any does. The assertions about a daemon report the nodes on which it does not answer.
 *
 * @param judge - finds the violations in one node's view.
 */
export async function readAvailableViews<T>(
  scope: Scope,
  fact: Fact<T | undefined>,
  notAnswering: string,
  judge: (view: T, member: ClusterMember) => Violation[] = () => [],
): Promise<{ viewsByNode: [string, T][]; violations: Violation[] }> {
  const { viewsByNode, violations } = await readViews(scope, fact, notAnswering, () => [])
  if (viewsByNode.length === 0) return { viewsByNode, violations }
  const members = new Map(scope.selected.map(member => [member.name, member]))
  return {
    viewsByNode,
    violations: viewsByNode.flatMap(([name, view]) =>
      judge(view, members.get(name)!).map(violation => `${name}: ${violation}`),
    ),
  }
}

/** Ok without violations, or else failed. */
export function verdict(violations: Violation[], evidence: string, hint: string, headlines: Headline[] = []): Verdict {
  if (violations.length === 0) return { status: 'ok', evidence, hint, headlines }
  return { status: 'failed', evidence: shortened(violations, { most: mostListed, separator: '; ' }), hint, headlines }
}

/** Ok without remarks, or else a warning: for what an admin may intend or has to decide. */
export function advisory(remarks: string[], evidence: string, hint: string): Verdict {
  return remarks.length === 0
    ? { status: 'ok', evidence, hint }
    : { status: 'warning', evidence: shortened(remarks, { most: mostListed, separator: '; ' }), hint }
}

/** The nodes' values, grouped by value: `3.1.7 on node1, node2 and 3.1.9 on node3`. */
export function describeValues(values: [node: string, value: string][]): string {
  const distinct = [...new Set(values.map(([, value]) => value))]
  return distinct
    .map(
      value =>
        `${value} on ${values
          .filter(([, other]) => other === value)
          .map(([node]) => node)
          .join(', ')}`,
    )
    .join(' and ')
}

/** A violation if the nodes' values differ. */
export function mismatch(what: string, values: [node: string, value: string][]): Violation[] {
  return new Set(values.map(([, value]) => value)).size > 1 ? [`${what} ${describeValues(values)}`] : []
}
