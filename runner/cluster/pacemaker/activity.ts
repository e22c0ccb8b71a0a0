import { effectSentences, type Effect } from './transition.js'
import { attribute, descendantsOf, elementsOf, firstOf, readXml } from './xml.js'

/**
 * What happened to resources between two readings of the CIB, from the history of operations in its status: unlike the
 * placement alone, the history shows a restart.
 */

/** For each resource, the nodes on which it is active, each with the operation that made it active: `promote 0:0;…` for instance. */
export type Activity = Map<string, Map<string, string>>

/** The exit code of a monitor that finds a promoted instance (OCF_RUNNING_PROMOTED). */
const runningPromoted = '8'

/** Reads the status part of `cibadmin -Q`. */
export function activityOf(cib: string): Activity {
  const activity: Activity = new Map()
  for (const state of elementsOf(firstOf(readXml(cib), 'status'), 'node_state')) {
    const node = attribute(state, 'uname') ?? ''
    for (const resource of descendantsOf(state, 'lrm_resource')) {
      const id = (attribute(resource, 'id') ?? '').replace(/:\d+$/, '')
      // `…_last_0` is the last operation that was not a recurring one; a probe that found the resource running counts as a start.
      const last = elementsOf(resource, 'lrm_rsc_op').find(operation => attribute(operation, 'id')?.endsWith('_last_0'))
      const operation = attribute(last, 'operation') ?? ''
      const code = attribute(last, 'rc-code')
      if (!(code === '0' || code === runningPromoted) || operation === 'stop' || operation === 'migrate_to') continue
      const nodes = activity.get(id) ?? new Map<string, string>()
      // A probe that finds the instance promoted is no promotion, and no restart.
      const made = code === runningPromoted ? 'promoted' : operation
      activity.set(id, nodes.set(node, `${made} ${attribute(last, 'transition-magic') ?? ''}`))
    }
  }
  return activity
}

/** What happened from one reading to the other. */
export function effectsBetween(before: Activity, after: Activity): Effect[] {
  // By name: in the CIB they stand in the order in which the nodes happened to probe them.
  const resources = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return resources.flatMap(resource => {
    const [was, is] = [
      before.get(resource) ?? new Map<string, string>(),
      after.get(resource) ?? new Map<string, string>(),
    ]
    const left = [...was.keys()].filter(node => !is.has(node))
    const gained = [...is.keys()].filter(node => !was.has(node))
    const changed = [...is].filter(([node, operation]) => was.has(node) && was.get(node) !== operation)
    const wasPromoted = (node: string) => isPromoted(was.get(node) ?? '')
    // A restart of a promoted instance ends with its promotion, too.
    const restarted = changed.filter(
      ([node, operation]) => operation.startsWith('start ') || (operation.startsWith('promote ') && wasPromoted(node)),
    )
    const promoted = [...is].filter(([node, operation]) => isPromoted(operation) && !wasPromoted(node))
    const demoted = changed.filter(([node, operation]) => operation.startsWith('demote ') && wasPromoted(node))
    const moves = left
      .slice(0, gained.length)
      .map((from, at): Effect => ({ kind: 'move', resource, from, to: gained[at]!, text: '' }))
    return [
      ...moves,
      ...left.slice(moves.length).map((from): Effect => ({ kind: 'stop', resource, from, text: '' })),
      ...gained.slice(moves.length).map((to): Effect => ({ kind: 'start', resource, to, text: '' })),
      ...restarted.map(([from]): Effect => ({ kind: 'restart', resource, from, text: '' })),
      ...demoted.map(([from]): Effect => ({ kind: 'demote', resource, from, text: '' })),
      ...promoted.map(([to]): Effect => ({ kind: 'promote', resource, to, text: '' })),
    ]
  })
}

function isPromoted(operation: string): boolean {
  return /^promoted? /.test(operation)
}

/** One sentence: what happened, and the forecast if it was different. */
export function compareWithForecast(forecast: Effect[], effects: Effect[]): string[] {
  const summary = effects.length === 0 ? 'nothing started, stopped or moved' : effects.map(past).join(', ')
  if (sameEffects(forecast, effects)) return [`${summary}: as forecast`]
  return [`${summary}; the forecast was: ${effectSentences(forecast).join(', ')}`]
}

function past({ kind, resource, from, to }: Effect): string {
  switch (kind) {
    case 'start':
      return `${resource} started on ${to}`
    case 'stop':
      return `${resource} stopped on ${from}`
    case 'move':
      return `${resource} moved ${from} -> ${to}`
    case 'promote':
      return `${resource} was promoted on ${to}`
    case 'demote':
      return `${resource} was demoted on ${from}`
    default:
      return `${resource} restarted on ${from}`
  }
}

/** Compares which resources left and came to which nodes, by any kind of effect; fencings leave no such trace. */
function sameEffects(one: Effect[], other: Effect[]): boolean {
  return JSON.stringify(traces(one)) === JSON.stringify(traces(other))
}

function traces(effects: Effect[]): string[] {
  return effects
    .flatMap(({ kind, resource, from, to }) => {
      if (kind === 'other') return []
      if (kind === 'restart') return [`${resource} = ${from}`]
      if (kind === 'promote') return [`${resource} promoted ${to}`]
      if (kind === 'demote') return [`${resource} demoted ${from}`]
      return [
        ...(from === undefined ? [] : [`${resource} - ${from}`]),
        ...(to === undefined ? [] : [`${resource} + ${to}`]),
      ]
    })
    .toSorted()
}
