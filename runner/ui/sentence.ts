import { exitCodes } from '../errors.js'
import type { Style } from './style.js'
import { sum } from './tally.js'
import type { Tally } from './tally.js'
import { counted, seconds } from './text.js'

/** The run's last line, e.g. `2 nodes: in sync, 0 changed, 43 checks, 0.4 s`. */
export function lastSentence(tally: Tally, style: Style): string {
  const { run, summary, total, clusters } = tally
  if (!run || !summary) return ''
  const nodes = clusters.reduce((count, cluster) => count + cluster.nodes.length, 0)
  const checks = sum(total)
  const verifying = tally.tasks.length === 0 && tally.assertions.length > 0
  const drilling = tally.tasks.length > 0 && tally.tasks.every(({ role }) => role === 'drill')
  const [verdict, paint] = drilling ? drillVerdict(summary.exit, tally.drills.length, style) : verdictOf(summary.exit, verifying, total.changed + total['would-change'] > 0, style)
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
  const scope = clusters.length > 1 ? `${clusters.length} clusters, ` : ''
  return `${scope}${counted(nodes, 'node')}: ${[paint(verdict), ...numbers].join(', ')}`
}

type Verdict = [string, (text: string) => string]

function drillVerdict(exit: number, rounds: number, style: Style): Verdict {
  if (exit === exitCodes.failed) return ['drill failed', style.bad]
  if (exit !== exitCodes.ok) return verdictOf(exit, false, false, style)
  return rounds === 0 ? ['not drilled', style.careful] : [`drilled, ${counted(rounds, 'round')}`, style.good]
}

function verdictOf(exit: number, verifying: boolean, changes: boolean, style: Style): Verdict {
  switch (exit) {
    case exitCodes.ok:
      return [verifying ? 'verified' : changes ? 'converged' : 'in sync', style.good]
    case exitCodes.drift:
      return ['drift', style.careful]
    case exitCodes.interrupted:
      return ['interrupted', style.careful]
    case exitCodes.locked:
      return ['locked by another run', style.bad]
    default:
      return [verifying ? 'not verified' : 'not converged', style.bad]
  }
}
