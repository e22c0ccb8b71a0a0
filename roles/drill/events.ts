/**
 * One round of a drill: what visitors noticed of it, and when the cluster did what. Milliseconds count from the fault, by
 * the admin machine's clock; what did not come about is left out.
 */
export interface DrillRoundEvent {
  event: 'drill-round'
  cluster: string
  /** Failed: the outage was longer than allowed, or the service did not come back. */
  status: 'ok' | 'failed'
  /** From 1, of `rounds`. */
  round: number
  rounds: number
  /** `standby`, `stop`, `kill corosync` … */
  fault: string
  /** The node that was drilled. */
  node: string
  /** From the first request that failed to the first good answer after it, the longest such time; 0 where none failed. */
  outage_ms: number
  /** When that began; left out where none failed. */
  outage_at_ms?: number | undefined
  failed_requests: number
  requests: number
  /** When the other nodes noticed. */
  detected_ms?: number | undefined
  /** When the resources had started elsewhere. */
  started_ms?: number | undefined
  /** When the page answered from elsewhere. */
  answered_ms?: number | undefined
  /** Where the service went. */
  moved_to?: string | undefined
  /** Whether it came back to the drilled node once that was restored. */
  returned: boolean
  /** For how long both nodes held the floating IP. */
  held_twice_ms: number
  /** Why it failed. */
  reason?: string | undefined
}

/** What visitors saw in a round of a drill, answer by answer. Milliseconds count from the fault, and may be negative. */
export interface DrillAnswersSignal {
  event: 'drill-answers'
  isSignal: true
  cluster: string
  round: number
  /** In the order in which they were asked for; `node` served the page, or `error` says why none did. */
  answers: { at: number; ms: number; node?: string | undefined; error?: string | undefined }[]
  /** What happened when: `node2 noticed`, `FloatIP started on node2`. */
  marks: { at: number; text: string }[]
}

declare module '../../runner/tasks/added-events.js' {
  interface AddedEvents {
    'drill-round': DrillRoundEvent
  }
  interface AddedSignals {
    'drill-answers': DrillAnswersSignal
  }
}
