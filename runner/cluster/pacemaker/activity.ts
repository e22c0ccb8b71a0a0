import { effectSentences, type Effect } from './transition.js'
import { attribute, descendantsOf, elementsOf, firstOf, parseXml } from './xml.js'

/**
 * What became of resources between two looks at the CIB, from the history of operations in its status: unlike the
 * placement alone it tells a restart.
 */

/** Of each resource, the nodes where it is active, with the operation that made it so. */
export type Activity = Map<string, Map<string, string>>

/** Reads the status part of `cibadmin -Q`. */
export function activityOf(cib: string): Activity {
  const activity: Activity = new Map()
  for (const state of elementsOf(firstOf(parseXml(cib), 'status'), 'node_state')) {
    const node = attribute(state, 'uname') ?? ''
    for (const resource of descendantsOf(state, 'lrm_resource')) {
      const id = (attribute(resource, 'id') ?? '').replace(/:\d+$/, '')
      // `…_last_0` is the last operation that was not a recurring one; a probe that found it running counts as a start.
      const last = elementsOf(resource, 'lrm_rsc_op').find(operation => attribute(operation, 'id')?.endsWith('_last_0'))
      const operation = attribute(last, 'operation') ?? ''
      if (attribute(last, 'rc-code') !== '0' || operation === 'stop' || operation === 'migrate_to') continue
      const nodes = activity.get(id) ?? new Map<string, string>()
      activity.set(id, nodes.set(node, `${operation} ${attribute(last, 'transition-magic') ?? ''}`))
    }
  }
  return activity
}

/** What happened from one look to the other. */
export function happened(before: Activity, after: Activity): Effect[] {
  const resources = [...new Set([...before.keys(), ...after.keys()])]
  return resources.flatMap(resource => {
    const [was, is] = [before.get(resource) ?? new Map<string, string>(), after.get(resource) ?? new Map<string, string>()]
    const left = [...was.keys()].filter(node => !is.has(node))
    const gained = [...is.keys()].filter(node => !was.has(node))
    const restarted = [...is].filter(([node, operation]) => was.has(node) && was.get(node) !== operation && operation.startsWith('start '))
    const moves = left.slice(0, gained.length).map((from, at): Effect => ({ kind: 'move', resource, from, to: gained[at]!, words: '' }))
    return [
      ...moves,
      ...left.slice(moves.length).map((from): Effect => ({ kind: 'stop', resource, from, words: '' })),
      ...gained.slice(moves.length).map((to): Effect => ({ kind: 'start', resource, to, words: '' })),
      ...restarted.map(([from]): Effect => ({ kind: 'restart', resource, from, words: '' })),
    ]
  })
}

/** What happened, beside what was foreseen: one sentence where they are the same, else both. */
export function compared(forecast: Effect[], happening: Effect[]): string[] {
  const told = happening.length === 0 ? 'nothing started, stopped or moved' : happening.map(past).join(', ')
  if (sameEffects(forecast, happening)) return [`${told}: as forecast`]
  return [`${told}; the forecast was: ${effectSentences(forecast).join(', ')}`]
}

function past({ kind, resource, from, to }: Effect): string {
  switch (kind) {
    case 'start': return `${resource} started on ${to}`
    case 'stop': return `${resource} stopped on ${from}`
    case 'move': return `${resource} moved ${from} -> ${to}`
    default: return `${resource} restarted on ${from}`
  }
}

/** Compares who left where and who came where, whatever it is called; promotions and fencings leave no such trace. */
function sameEffects(one: Effect[], other: Effect[]): boolean {
  return JSON.stringify(traces(one)) === JSON.stringify(traces(other))
}

function traces(effects: Effect[]): string[] {
  return effects.flatMap(({ kind, resource, from, to }) => {
    if (kind === 'other') return []
    if (kind === 'restart') return [`${resource} = ${from}`]
    return [...from === undefined ? [] : [`${resource} - ${from}`], ...to === undefined ? [] : [`${resource} + ${to}`]]
  }).toSorted()
}
