import { exitCodes } from '../errors.js'
import type { Style } from './style.js'
import { sum } from './tally.js'
import type { Tally } from './tally.js'
import { counted, seconds } from './text.js'

export type Tone = 'good' | 'careful' | 'bad'

/** How a run ended, in a word, and the numbers that belong to it. */
export interface Outcome {
  tone: Tone
  verdict: string
  /** `2 nodes`, `3 clusters, 8 nodes`. */
  scope: string
  numbers: string[]
}

/** The run's last line, e.g. `2 nodes: in sync, 0 changed, 43 checks, 0.4 s`. */
export function lastSentence(tally: Tally, style: Style): string {
  const outcome = outcomeOf(tally)
  if (!outcome) return ''
  const { tone, verdict, scope, numbers } = outcome
  return `${scope}: ${[style[tone](verdict), ...numbers].join(', ')}`
}

/** Undefined where no run began, or it has not ended. */
export function outcomeOf(tally: Tally): Outcome | undefined {
  const { run, summary, total, clusters } = tally
  if (!run || !summary) return undefined
  const nodes = clusters.reduce((count, cluster) => count + cluster.nodes.length, 0)
  const checks = sum(total)
  const verifying = tally.tasks.length === 0 && tally.assertions.length > 0
  const drilling = tally.tasks.length > 0 && tally.tasks.every(({ role }) => role === 'drill')
  const [verdict, tone] = drilling ? drillVerdict(summary.exit, tally.drills.length) : verdictOf(summary.exit, verifying, total.changed + total['would-change'] > 0)
  const numbers = [
    total.unreachable > 0 && `${total.unreachable} unreachable`,
    total.failed > 0 && `${total.failed} failed`,
    total.skipped > 0 && `${total.skipped} skipped`,
    run.check && !drilling && `${total['would-change']} would change`,
    total.unknown > 0 && `${total.unknown} unknown`,
    !run.check && !verifying && !drilling && `${total.changed} changed`,
    total.warning > 0 && counted(total.warning, 'warning'),
    verifying ? counted(checks, 'assertion') : counted(checks, 'check'),
    seconds(summary.ms),
  ].filter(part => part !== false)
  return { tone, verdict, scope: `${clusters.length > 1 ? `${clusters.length} clusters, ` : ''}${counted(nodes, 'node')}`, numbers }
}

function drillVerdict(exit: number, rounds: number): [string, Tone] {
  if (exit === exitCodes.failed) return ['drill failed', 'bad']
  if (exit !== exitCodes.ok) return verdictOf(exit, false, false)
  return rounds === 0 ? ['not drilled', 'careful'] : [`drilled, ${counted(rounds, 'round')}`, 'good']
}

function verdictOf(exit: number, verifying: boolean, changes: boolean): [string, Tone] {
  switch (exit) {
    case exitCodes.ok:
      return [verifying ? 'verified' : changes ? 'converged' : 'in sync', 'good']
    case exitCodes.drift:
      return ['drift', 'careful']
    case exitCodes.interrupted:
      return ['interrupted', 'careful']
    case exitCodes.locked:
      return ['locked by another run', 'bad']
    default:
      return [verifying ? 'not verified' : 'not converged', 'bad']
  }
}
