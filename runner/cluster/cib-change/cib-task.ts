import type { EditOptions } from '../cib/draft.js'
import type { Owner } from '../cib/owner.js'
import { candidate, type CibEdit, type DeclaredCib } from '../cib/cib.js'
import { withClonesReduced, withConfigurationOf } from '../cib/narrow.js'
import { readCib, rereadCib, runEdit } from '../cib/read.js'
import { primitivesToStopFirst, withFormerPrimitives, withPrimitivesStopped } from '../cib/retire.js'
import { versionOf } from '../cib/version.js'
import type { Node } from '../declaration/declaration.js'
import type { Scope } from '../members.js'
import { activityOf, compareWithForecast, effectsBetween } from '../pacemaker/activity.js'
import { advisedActions } from '../pacemaker/agent-advice.js'
import { withTimeouts } from '../pacemaker/operation-timeouts.js'
import { crmSimulate, untilQuiet, untilSettled } from '../pacemaker/forecast.js'
import { effectSentences } from '../pacemaker/transition.js'
import { clusterTask } from '../role.js'
import type { ClusterTask, Difference, TaskRef } from '../../tasks/index.js'
import { changeCib, type CibChange } from './change-cib.js'

/** How a task changes the CIB. */
export interface CibWork {
  needs?: readonly TaskRef[]
  /** The edit that makes the CIB what it should be. */
  edit: (scope: Scope) => Promise<CibEdit>
  /** Whose objects it adds and removes; by default what the inventory declares. */
  owner?: Owner
  /**
   * The edit of an earlier role, which a plan has not made: if that role runs too, the forecast is of what this edit adds
   * to it.
   */
  earlier?: { role: string; edit: (scope: Scope) => Promise<CibEdit> }
  /** What the change means for the cluster, as sentences: the plan shows them before the effects. */
  meaning?: (differences: Difference[]) => string[]
  /** What to wait for and to do after the CIB has changed, before Pacemaker is waited for to settle. */
  after?: (scope: Scope) => Promise<void>
}

/**
 * A task that changes the CIB. The plan shows what Pacemaker will start, stop and move; after the change, what Pacemaker did is
 * compared with that.
 */
export function cibTask(
  name: string,
  { needs = [], edit, owner, earlier, meaning, after }: CibWork,
): ClusterTask<Node> {
  return clusterTask(name, {
    needs,
    tolerant: true,
    async check(scope) {
      const [cib, change] = await Promise.all([readCib(scope), edit(scope)])
      return runEdit(() => change(cib)).differences
    },
    async forecast(scope, differences) {
      const former = earlier && scope.roles.has(earlier.role) ? await earlier.edit(scope) : undefined
      const [cib, change] = await Promise.all([readCib(scope), edit(scope)])
      const base = runEdit(() => former?.(cib).text ?? cib)
      const wanted = runEdit(() => change(base)).text
      const stopping = primitivesToStopFirst(base, wanted)
      // The instance that the first step leaves runs on through the second.
      const first = (stopping.length === 0 && withClonesReduced(base, wanted, owner)?.text) || wanted
      const [pending, all] = await Promise.all([crmSimulate(scope.leader, base), crmSimulate(scope.leader, first)])
      const expected = new Set(pending.map(({ text }) => text))
      return [
        ...(meaning?.(differences) ?? []),
        ...stopping.map(id => `${id} stops before the rest, and with it what depends on it`),
        ...effectSentences(all.filter(({ text }) => !expected.has(text))),
      ]
    },
    async apply(scope) {
      const change = await edit(scope)
      await untilQuiet(scope)
      const cib = await rereadCib(scope)
      const wanted = runEdit(() => change(cib)).text
      const step = firstStep(change, { cib, wanted, owner })
      if (step === undefined) return effectsOf(scope, await changeCib(scope, change), after)
      // Pacemaker must accept the second step, or the first one would only stop resources.
      await crmSimulate(scope.leader, wanted)
      const first = await changeCib(scope, step.edit)
      const effects = await effectsOf(scope, first)
      const second = await changeCib(scope, text => change(step.undone(text, first)), first)
      return [...effects, ...(await effectsOf(scope, second, after))]
    },
  })
}

/** A step before the change itself, without which Pacemaker would stop more than necessary or start too early. */
interface FirstStep {
  edit: CibEdit
  /** The CIB that the change itself starts from: without the temporary settings of the first step. */
  undone: (cib: string, first: CibChange) => string
}

/** Undefined if none is needed, or if an interrupted run has made it already. */
function firstStep(
  change: CibEdit,
  { cib, wanted, owner }: { cib: string; wanted: string; owner: Owner | undefined },
): FirstStep | undefined {
  const ids = primitivesToStopFirst(cib, wanted)
  if (ids.length > 0) {
    if (withPrimitivesStopped(cib, ids, owner).differences.length === 0) return undefined
    return {
      edit: text => withPrimitivesStopped(text, ids, owner),
      undone: text => withFormerPrimitives(text, cib, ids, owner),
    }
  }
  if (withClonesReduced(cib, wanted, owner) === undefined) return undefined
  return {
    edit: text => withClonesReduced(text, change(text).text, owner) ?? { text, differences: [] },
    // If somebody else has changed the CIB in between, the change starts from their CIB.
    undone: (text, { before, after }) =>
      versionOf(text) === versionOf(after) ? withConfigurationOf(text, before) : text,
  }
}

/** Waits until Pacemaker has settled after a change, and reports what it did. */
async function effectsOf(scope: Scope, { before, forecast }: CibChange, after?: CibWork['after']): Promise<string[]> {
  await after?.(scope)
  await untilSettled(scope)
  return compareWithForecast(forecast, effectsBetween(activityOf(before), activityOf(await rereadCib(scope))))
}

/** The edit that puts a declaration into the CIB; timeouts that it does not declare are those that the agents advise. */
export async function declaredEdit(
  { leader, consent: { purge } }: Scope,
  declared: DeclaredCib,
  options: EditOptions = { purge },
): Promise<CibEdit> {
  const resources =
    declared.resources &&
    (await Promise.all(
      declared.resources.map(async resource =>
        resource.kind === 'primitive' ? withTimeouts(resource, await advisedActions(leader, resource.agent)) : resource,
      ),
    ))
  const complete = { ...declared, ...(resources && { resources }) }
  return cib => candidate(cib, complete, options)
}
