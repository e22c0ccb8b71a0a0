import { exitCodes } from '../errors.js'
import type { EventView, RunVerdict } from './event-view.js'
import type { Style } from './style.js'
import { sum } from './tally.js'
import type { Tally } from './tally.js'
import { counted, secondsText } from './text.js'

/** The verdict on a run, and its numbers. */
export interface Outcome extends RunVerdict {
  /** `2 nodes`, `3 clusters, 8 nodes`, `2 nodes, 1 supporting host, 1 host outside clusters`. */
  scope: string
  numbers: string[]
}

/** The last line of a run: `2 nodes: in sync, 0 changed, 43 checks, 0.4 s`. */
export function summaryLine(tally: Tally, style: Style, views: readonly EventView[]): string {
  const outcome = outcomeOf(tally, views)
  if (!outcome) return ''
  const { tone, verdict, scope, numbers } = outcome
  return `${scope}: ${[style[tone](verdict), ...numbers].join(', ')}`
}

/** Undefined if no run has started, or if it has not ended. */
export function outcomeOf(tally: Tally, views: readonly EventView[]): Outcome | undefined {
  const { run, summary, total } = tally
  if (!run || !summary) return undefined
  const ofClusters = run.clusters.filter(({ outside }) => !outside)
  const nodes = ofClusters.reduce((count, cluster) => count + cluster.nodes.length, 0)
  const outside = run.clusters.length - ofClusters.length
  const supporting = new Set(run.clusters.flatMap(cluster => cluster.supporting ?? [])).size
  const checks = sum(total)
  const verifying = tally.tasks.length === 0 && tally.assertions.length > 0
  const usual = verdictOf(summary.exit, verifying, total.changed + total['would-change'] > 0)
  const own = views.flatMap(view => view.verdict(tally, usual) ?? [])[0]
  const numbers = [
    total.unreachable > 0 && `${total.unreachable} unreachable`,
    total.failed > 0 && `${total.failed} failed`,
    total.skipped > 0 && `${total.skipped} skipped`,
    run.check && !own && `${total['would-change']} would change`,
    total.unknown > 0 && `${total.unknown} unknown`,
    !run.check && !verifying && !own && `${total.changed} changed`,
    total.warning > 0 && counted(total.warning, 'warning'),
    verifying ? counted(checks, 'assertion') : counted(checks, 'check'),
    secondsText(summary.ms),
  ].filter(part => part !== false)
  return {
    ...(own ?? usual),
    scope: [
      ...(ofClusters.length > 1 ? [`${ofClusters.length} clusters`] : []),
      ...(nodes > 0 ? [counted(nodes, 'node')] : []),
      ...(supporting > 0 ? [counted(supporting, 'supporting host')] : []),
      ...(outside > 0 ? [`${counted(outside, 'host')} outside clusters`] : []),
    ].join(', '),
    numbers,
  }
}

function verdictOf(exit: number, verifying: boolean, changes: boolean): RunVerdict {
  switch (exit) {
    case exitCodes.ok:
      return { verdict: verifying ? 'verified' : changes ? 'converged' : 'in sync', tone: 'good' }
    case exitCodes.drift:
      return { verdict: 'drift', tone: 'careful' }
    case exitCodes.interrupted:
      return { verdict: 'interrupted', tone: 'careful' }
    case exitCodes.locked:
      return { verdict: 'locked by another run', tone: 'bad' }
    default:
      return { verdict: verifying ? 'not verified' : 'not converged', tone: 'bad' }
  }
}
