import { InventoryError, TaskError } from '../../errors.js'
import { fileText } from '../../facts/files.js'
import { cibPath } from '../cib/read.js'
import type { Cluster } from '../declaration/declaration.js'
import type { ClusterMember } from '../members.js'
import { cibText } from '../pacemaker/facts.js'
import type { NameProblem } from './name-problems.js'
import { namesToJudge, type DeclaredValues, type JudgedPart } from './names-to-judge.js'

/**
 * What is wrong with the names that are declared and that the cluster does not have yet, by the metadata of Pacemaker and of the agents
 * on a node. If the cluster has all of them, nothing is asked. Without Pacemaker on the node, only what needs no metadata is judged.
 */
export async function judgeNames(
  declared: DeclaredValues,
  parts: readonly JudgedPart[],
  member: ClusterMember,
): Promise<NameProblem[]> {
  const cib = (await member.read(cibText)) ?? (await member.read(fileText(cibPath)))
  const { names, primitives } = namesToJudge(declared, parts, cib)
  if (names.length + primitives.length === 0) return []
  // Rarely needed: what reads metadata loads only then.
  const [{ clusterProperties }, { agentMetadata }, { optionProblems, parameterProblems }] = await Promise.all([
    import('../pacemaker/property-metadata.js'),
    import('../pacemaker/agent-metadata.js'),
    import('./name-problems.js'),
  ])
  const [properties, ...ofAgents] = await Promise.all([
    names.some(({ kind }) => kind === 'property') ? member.read(clusterProperties) : undefined,
    ...primitives.map(async judging => ({
      judging,
      metadata: await member.read(agentMetadata(judging.primitive.agent)).catch(unlessThereIsNone),
    })),
  ])
  return [
    ...optionProblems(names, properties),
    ...ofAgents.flatMap(({ judging, metadata }) => (metadata ? parameterProblems(judging, metadata.parameters) : [])),
  ]
}

/** An agent that the node does not have, or that does not describe itself, is reported by those who need it. */
function unlessThereIsNone(error: unknown): undefined {
  if (!(error instanceof TaskError)) throw error
}

/** @throws InventoryError with all errors among the problems, each with its place in the inventory. */
export function refuseProblems({ errorAt }: Cluster, problems: readonly NameProblem[]): void {
  const errors = problems
    .filter(({ severity }) => severity === 'error')
    .map(({ path, message, hint }) => errorAt(path, message, hint))
  const [first, ...others] = errors
  if (first === undefined) return
  if (others.length === 0) throw first
  throw new InventoryError(errors.map(({ message, hint }) => `${message}\n${hint}`).join('\n\n'))
}

/** The warnings among the problems of one part as one text; undefined if there are none. */
export function warningOf(problems: readonly NameProblem[], part: JudgedPart): string | undefined {
  const texts = problems
    .filter(({ severity, path }) => severity === 'warning' && (path[0] === 'resources') === (part === 'resources'))
    .map(({ path, message, hint }) => `${path.join('.')}: ${message}. ${hint}`)
  return texts.length === 0 ? undefined : texts.join(' ')
}
