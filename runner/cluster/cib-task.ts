import type { ClusterTask } from '../engine/task.js'
import { activityOf, compared, happened } from './activity.js'
import { withTimeouts } from './agent-metadata.js'
import { candidate, type CibEdit, type DeclaredCib } from './cib.js'
import { freshCib, pushCib, readCib, understood } from './cib-push.js'
import type { Node } from './declaration.js'
import { agentMetadata } from './facts.js'
import { rested, settled, simulate } from './forecast.js'
import type { Scope } from './members.js'
import { clusterTask } from './role.js'
import { foretold } from './transition.js'

/** How a task changes the CIB. */
export interface CibWork {
  needs?: readonly string[]
  /** The edit that makes the CIB what it should be. */
  edit: (scope: Scope) => Promise<CibEdit>
  /** The edits of earlier tasks, which a plan has not made: the forecast is of what this one adds to them. */
  earlier?: (scope: Scope) => Promise<CibEdit>
  /** What must have been done, and settled, before the rest. */
  first?: (scope: Scope) => CibEdit
  /** Waits for what must come true, besides that Pacemaker settles. */
  wait?: (scope: Scope) => Promise<void>
}

/**
 * A task that changes the CIB: the plan says what Pacemaker will start, stop and move, and after the change what it
 * did is compared with that.
 */
export function cibTask(name: string, { needs = [], edit, earlier, first, wait }: CibWork): ClusterTask<Node> {
  return clusterTask(name, {
    needs,
    tolerant: true,
    async check(scope) {
      const [cib, change] = await Promise.all([readCib(scope), edit(scope)])
      return understood(() => change(cib)).differences
    },
    async forecast(scope) {
      const [cib, change, former] = await Promise.all([readCib(scope), edit(scope), earlier?.(scope)])
      const base = understood(() => former?.(cib).text ?? cib)
      const candidateText = understood(() => change(base)).text
      const [known, all] = await Promise.all([base, candidateText].map(async text => simulate(scope.leader, text)))
      const said = new Set(known!.map(({ words }) => words))
      return foretold(all!.filter(({ words }) => !said.has(words)))
    },
    async apply(scope) {
      const preparation = first?.(scope)
      const cib = await readCib(scope)
      const isSplit = preparation !== undefined && understood(() => preparation(cib)).differences.length > 0
      const effects = isSplit ? await change(scope, preparation) : []
      return [...effects, ...await change(scope, await edit(scope), wait)]
    },
  })
}

/** Makes one change, waits until Pacemaker has settled, and says what came of it. */
async function change(scope: Scope, edit: CibEdit, wait?: CibWork['wait']): Promise<string[]> {
  await rested(scope)
  const { before, forecast } = await pushCib(scope, edit)
  await wait?.(scope)
  await settled(scope)
  return compared(forecast, happened(activityOf(before), activityOf(await freshCib(scope))))
}

/** The edit that a declaration asks for, the agents' advised timeouts filled in. */
export async function declaredEdit({ leader, consent: { purge } }: Scope, declared: DeclaredCib): Promise<CibEdit> {
  const resources = declared.resources && await Promise.all(declared.resources.map(async resource =>
    resource.kind === 'primitive' ? withTimeouts(resource, await leader.read(agentMetadata(resource.agent))) : resource))
  const complete = { ...declared, ...resources && { resources } }
  return cib => candidate(cib, complete, { purge })
}
