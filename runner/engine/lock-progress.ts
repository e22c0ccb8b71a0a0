import type { RunEvent } from './events.js'
import type { LockOptions } from './lock.js'

/** When a wait is reported again although nothing has changed but the time, in seconds after its start; then each 5 min. */
const marks = [10, 30, 60, 120, 300]

/** How often within so many ms. */
function markOf(waitedMs: number): number {
  const seconds = waitedMs / 1000
  const early = marks.filter(mark => mark <= seconds).length
  return early < marks.length ? early : early + Math.floor(seconds / 300)
}

/** Reports that a cluster's run waits for a lock, to people and to machines: when it begins, when another run has the lock, and now and then. */
export function lockProgress(cluster: string, report: (event: RunEvent) => void): NonNullable<LockOptions['waiting']> {
  let last = ''
  return ({ node, text, waitedMs }) => {
    // Without the seconds that run in it.
    const [owner] = text.split(';')
    const kind = `${node} ${owner} ${markOf(waitedMs)}`
    if (kind === last) return
    last = kind
    report({ event: 'lock', cluster, node, status: 'waiting', reason: text, waited_ms: Math.round(waitedMs) })
    const since = waitedMs < 1000 ? '' : ` for ${Math.round(waitedMs / 1000)} s`
    report({ event: 'notice', cluster, host: node, text: `waiting${since} for the lock of another run: ${text}` })
  }
}
