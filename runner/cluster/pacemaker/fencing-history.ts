import type { ClusterState, FencingEvent } from './crm-mon.js'

/** The history of the cluster's own nodes: somebody may have asked to fence a node that there never was. */
export function knownFencings({ fencingHistory, nodes }: ClusterState): FencingEvent[] {
  return fencingHistory.filter(({ target }) => nodes.some(({ name }) => name === target))
}

/** The latest event of each node that was to be fenced. @param history - the latest event first. */
export function latestFencings(history: FencingEvent[]): FencingEvent[] {
  return history.filter((event, at) => history.findIndex(({ target }) => target === event.target) === at)
}

/** `reboot of node2 by node1 succeeded at 2026-11-29 12:00:00Z` */
export function describeFencing({ action, target, status, by, at, reason }: FencingEvent): string {
  const result = { success: 'succeeded', failed: 'failed', pending: 'is pending' }[status]
  return [
    `${action} of ${target}`,
    ...(by === undefined ? [] : [`by ${by}`]),
    result,
    // Pacemaker 3 prints microseconds.
    ...(at === undefined ? [] : [`at ${at.replace(/\.\d+Z$/, 'Z')}`]),
    ...(reason === undefined ? [] : [`(${reason})`]),
  ].join(' ')
}

/**
 * The latest ended fencing of a node, if it was not known before.
 *
 * @param before - the history before, latest first.
 * @param now - the history now.
 */
export function newFencingOf(target: string, before: FencingEvent[], now: FencingEvent[]): FencingEvent | undefined {
  const own = (history: FencingEvent[]) =>
    history.filter(event => event.target === target && event.status !== 'pending')
  const known = new Set(own(before).map(event => JSON.stringify(event)))
  return own(now).find(event => !known.has(JSON.stringify(event)))
}
