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
  const drilled = tally.drills.length > 0 && summary.exit === exitCodes.ok
  const [verdict, paint] = drilled ? [`drilled, ${counted(tally.drills.length, 'round')}`, style.good] : verdictOf(summary.exit, verifying, total.changed + total['would-change'] > 0, style)
  const numbers = [
    total.unreachable > 0 && `${total.unreachable} unreachable`,
    total.failed > 0 && `${total.failed} failed`,
    total.skipped > 0 && `${total.skipped} skipped`,
    run.check && `${total['would-change']} would change`,
    total.unknown > 0 && `${total.unknown} unknown`,
    !run.check && !verifying && !drilled && `${total.changed} changed`,
    total.warning > 0 && counted(total.warning, 'warning'),
    verifying ? counted(checks, 'assertion') : counted(checks, 'check'),
    seconds(summary.ms),
  ].filter(part => part !== false)
  const scope = clusters.length > 1 ? `${clusters.length} clusters, ` : ''
  return `${scope}${counted(nodes, 'node')}: ${[paint(verdict), ...numbers].join(', ')}`
}

type Verdict = [string, (text: string) => string]

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
