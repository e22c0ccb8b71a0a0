import type { DrillAnswersSignal, DrillRoundEvent } from '../../runner/engine/events.js'
import { heldTwice, type Held } from './held.js'
import type { Entry } from './journal.js'
import { longest, outages, type Answers } from './outage.js'

/** All that is known of a round. Milliseconds count from the fault, by this machine's clock. */
export interface Seen {
  cluster: string
  round: number
  rounds: number
  how: string
  node: string
  /** What was done to the node, as the rest of a sentence. */
  words: string
  answers: Answers
  /** What the journals of the nodes that count say, each entry with its node. */
  entries: (Entry & { by: string })[]
  /** When each node held the floating IP. */
  held: Held[][]
  /** Where the floating IP was before, once the cluster had got over it, and at the end. */
  holders: { before: string | undefined; then: string | undefined; after: string | undefined }
  /** When the node was put right, and when all was well again. */
  restoredAt: number
  wellAt: number | undefined
  maxOutage: number | undefined
  /** Why the service did not come back. */
  trouble: string | undefined
}

/** What a round comes to. */
export function roundOf(seen: Seen): { event: DrillRoundEvent; signal: DrillAnswersSignal } {
  const { cluster, round, rounds, how, node, words, answers, holders, restoredAt, wellAt, maxOutage } = seen
  const worst = longest(outages(answers))
  const outage = worst ? Math.round(worst.to - worst.from) : 0
  // What the node's return brings about is no part of the recovery.
  const entries = seen.entries.filter(({ at }) => at >= 0 && at < restoredAt).toSorted((one, other) => one.at - other.at)
  // Where the DC's own journal has gone with it, the first that is known is what the others were told to do.
  const detected = entries[0]
  const starts = entries.flatMap(entry => entry.kind === 'started' ? entry : [])
  const started = starts.at(-1)
  const answered = answeredAt(answers, node, worst?.from)
  const tooLong = maxOutage !== undefined && outage > maxOutage
  const movedTo = holders.then === holders.before ? undefined : holders.then
  const reason = seen.trouble ?? (tooLong ? `an outage of ${outage} ms, with ${maxOutage} ms allowed` : undefined)
  return {
    event: {
      event: 'drill-round', cluster, status: reason === undefined ? 'ok' : 'failed', round, rounds, how, node,
      outage_ms: outage,
      outage_at_ms: worst && Math.round(worst.from),
      failed_requests: answers.filter(({ error }) => error !== undefined).length,
      requests: answers.length,
      detected_ms: detected && Math.round(detected.at),
      started_ms: started && Math.round(started.at),
      answered_ms: answered && Math.round(answered.at),
      moved_to: movedTo,
      returned: movedTo !== undefined && holders.after === holders.before,
      held_twice_ms: Math.round(heldTwice(seen.held)),
      reason,
    },
    signal: {
      event: 'drill-answers', cluster, round,
      answers: answers.map(({ at, ms, node: server, error }) => ({ at: Math.round(at), ms: Math.round(ms), node: server, error })),
      marks: [
        { at: 0, text: `${node} ${words}` },
        ...detected ? [{ at: detected.at, text: `${detected.by} noticed` }] : [],
        ...starts.map(({ at, resource, node: where }) => ({ at, text: `${resource} started on ${where}` })),
        ...answered ? [{ at: answered.at, text: `the page answers${answered.server ? ` from ${answered.server}` : ''}` }] : [],
        { at: restoredAt, text: `${node} is put right` },
        ...wellAt === undefined ? [] : [{ at: wellAt, text: 'all is well again' }],
      ].map(({ at, text }) => ({ at: Math.round(at), text })).toSorted((one, other) => one.at - other.at),
    },
  }
}

/**
 * When the page answered from elsewhere; or, where the node goes on serving it, when it answered again.
 *
 * @param out - when the outage began.
 */
function answeredAt(answers: Answers, node: string, out: number | undefined): { at: number; server: string | undefined } | undefined {
  const good = answers.filter(({ at, error }) => error === undefined && at >= 0).toSorted((one, other) => one.at + one.ms - other.at - other.ms)
  const first = good.find(answer => answer.node !== undefined && answer.node !== node) ?? (out === undefined ? undefined : good.find(({ at }) => at > out))
  return first && { at: first.at + first.ms, server: first.node }
}
