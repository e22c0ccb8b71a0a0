import type { FencingEvent } from '../../../runner/cluster/pacemaker/crm-mon.js'
import { describeFencing, knownFencings, latestFencings } from '../../../runner/cluster/pacemaker/fencing-history.js'
import { clusterState } from '../../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../../runner/cluster/members.js'
import type { Verdict } from '../../../runner/tasks/index.js'
import { advisory, pacemakerNotAnswering, verdict } from '../verdict.js'

const hint =
  'remove the cause (`journalctl -u pacemaker` on the node that tried), then run `stonith_admin --cleanup --history NODE`'

/** The last attempt decides; earlier ones that failed are a warning, as long as Pacemaker remembers them. */
export async function fencingSucceeded({ leader }: Scope): Promise<Verdict> {
  const state = await leader.read(clusterState)
  return state ? historyVerdict(knownFencings(state)) : verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', hint)
}

export function historyVerdict(history: FencingEvent[]): Verdict {
  const ended = history.filter(({ status }) => status !== 'pending')
  const last = latestFencings(ended)
  const failed = last.filter(({ status }) => status === 'failed')
  if (failed.length > 0) return verdict(failed.map(describeFencing), '', hint)
  const earlier = ended.filter(event => event.status === 'failed')
  const evidence = last.length === 0 ? 'none is remembered' : last.map(describeFencing).join('; ')
  return advisory(
    earlier.length === 0 ? [] : [`${evidence}; before that, ${describeFencing(earlier[0]!)}`],
    evidence,
    hint,
  )
}

/** A fencing that takes long blocks the cluster: it starts nothing of the lost node elsewhere before it has ended. */
export async function noPendingFencing({ leader }: Scope): Promise<Verdict> {
  const state = await leader.read(clusterState)
  if (!state) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', hint)
  const pending = state.fencingHistory.filter(({ status }) => status === 'pending')
  return {
    ...verdict(
      pending.map(describeFencing),
      'none',
      'it ends or fails by itself; for a node that is certainly off, `ha-run fence --confirm NODE`',
    ),
    fleeting: true,
  }
}
