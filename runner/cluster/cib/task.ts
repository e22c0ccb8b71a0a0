import type { ClusterTask, TaskRef } from '../../tasks/task.js'
import { activityOf, compared, happened } from '../pacemaker/activity.js'
import { advisedActions } from '../pacemaker/agent-advice.js'
import { withTimeouts } from '../pacemaker/agent-metadata.js'
import { candidate, type CibEdit, type DeclaredCib } from './cib.js'
import { narrowed, withConfigurationOf } from './narrow.js'
import { freshCib, pushCib, readCib, understood, type Pushed } from './push.js'
import { asBefore, retiring, withStopped } from './retire.js'
import { versionOf } from './version.js'
import type { Node } from '../declaration/declaration.js'
import { rested, settled, simulate } from '../pacemaker/forecast.js'
import type { Scope } from '../members.js'
import { clusterTask } from '../role.js'
import { effectSentences } from '../pacemaker/transition.js'

/** How a task changes the CIB. */
export interface CibWork {
  needs?: readonly TaskRef[]
  /** The edit that makes the CIB what it should be. */
  edit: (scope: Scope) => Promise<CibEdit>
  /**
   * The edit of a role that comes before, and that a plan has not made: where that role runs too, the forecast is of what
   * this edit adds to it.
   */
  earlier?: { role: string; edit: (scope: Scope) => Promise<CibEdit> }
  /** What is to come true, and to be done, once the CIB has it, before Pacemaker is waited for to settle. */
  after?: (scope: Scope) => Promise<void>
}

/**
 * A task that changes the CIB: the plan says what Pacemaker will start, stop and move, and after the change what it
 * did is compared with that.
 */
export function cibTask(name: string, { needs = [], edit, earlier, after }: CibWork): ClusterTask<Node> {
  return clusterTask(name, {
    needs,
    tolerant: true,
    async check(scope) {
      const [cib, change] = await Promise.all([readCib(scope), edit(scope)])
      return understood(() => change(cib)).differences
    },
    async forecast(scope) {
      const former = earlier && scope.roles.has(earlier.role) ? await earlier.edit(scope) : undefined
      const [cib, change] = await Promise.all([readCib(scope), edit(scope)])
      const base = understood(() => former?.(cib).text ?? cib)
      const wanted = understood(() => change(base)).text
      const ids = retiring(base, wanted)
      // The copy that is left after the first half runs on through the second.
      const first = ids.length === 0 && narrowed(base, wanted)?.text || wanted
      const [known, all] = await Promise.all([base, first].map(async text => simulate(scope.leader, text)))
      const said = new Set(known!.map(({ words }) => words))
      return [...ids.map(id => `${id} stops before the rest, and with it what depends on it`), ...effectSentences(all!.filter(({ words }) => !said.has(words)))]
    },
    async apply(scope) {
      const change = await edit(scope)
      await rested(scope)
      const cib = await freshCib(scope)
      const wanted = understood(() => change(cib)).text
      const half = firstHalf(change, cib, wanted)
      if (half === undefined) return made(scope, await pushCib(scope, change), after)
      // The second half must be one that Pacemaker takes, or the first would only take things down.
      await simulate(scope.leader, wanted)
      const first = await pushCib(scope, half.edit)
      const effects = await made(scope, first)
      const second = await pushCib(scope, text => change(half.forgotten(text, first)), first)
      return [...effects, ...await made(scope, second, after)]
    },
  })
}

/** What a change needs before it, so that Pacemaker makes of it what is meant. */
interface FirstHalf {
  edit: CibEdit
  /** The CIB as the change itself is to see it: without what the first half has said for a moment. */
  forgotten: (cib: string, first: Pushed) => string
}

/** Undefined also where an interrupted run has made it already. */
function firstHalf(change: CibEdit, cib: string, wanted: string): FirstHalf | undefined {
  const ids = retiring(cib, wanted)
  if (ids.length > 0) {
    if (withStopped(cib, ids).differences.length === 0) return undefined
    return { edit: text => withStopped(text, ids), forgotten: text => asBefore(text, cib, ids) }
  }
  if (narrowed(cib, wanted) === undefined) return undefined
  return {
    edit: text => narrowed(text, change(text).text) ?? { text, differences: [] },
    // Where somebody has come in between, it is worked out anew from what they left.
    forgotten: (text, { before, after }) => versionOf(text) === versionOf(after) ? withConfigurationOf(text, before) : text,
  }
}

/** Waits until Pacemaker has settled after a change, and says what came of it. */
async function made(scope: Scope, { before, forecast }: Pushed, after?: CibWork['after']): Promise<string[]> {
  await after?.(scope)
  await settled(scope)
  return compared(forecast, happened(activityOf(before), activityOf(await freshCib(scope))))
}

/** The edit that a declaration asks for, the agents' advised timeouts filled in. */
export async function declaredEdit({ leader, consent: { purge } }: Scope, declared: DeclaredCib): Promise<CibEdit> {
  const resources = declared.resources && await Promise.all(declared.resources.map(async resource =>
    resource.kind === 'primitive' ? withTimeouts(resource, await advisedActions(leader, resource.agent)) : resource))
  const complete = { ...declared, ...resources && { resources } }
  return cib => candidate(cib, complete, { purge })
}
