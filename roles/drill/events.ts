/**
 * The result of one round of a drill. Times are milliseconds since the fault, by the admin machine's clock; what did not happen is
 * left out.
 */
export interface DrillRoundEvent {
  event: 'drill-round'
  cluster: string
  /** Failed: the outage was longer than allowed, or the service did not come back. */
  status: 'ok' | 'failed'
  /** From 1 to `rounds`. */
  round: number
  rounds: number
  /** `standby`, `stop`, `kill corosync` … */
  fault: string
  /** The node that was drilled, or the arbiter. */
  node: string
  /** The longest outage, from the first failed request to the next good answer; 0 if no request failed. */
  outage_ms: number
  /** When that outage began. */
  outage_at_ms?: number | undefined
  failed_requests: number
  requests: number
  /** When the cluster detected the failure. */
  detected_ms?: number | undefined
  /** When the last resource had started. */
  started_ms?: number | undefined
  /** When the page answered from another node, or again from the drilled one. */
  answered_ms?: number | undefined
  /** The node to which the floating IP moved. */
  moved_to?: string | undefined
  /** Whether it moved back once the drilled node was repaired. */
  returned: boolean
  /** The node that was fenced. */
  fenced?: string | undefined
  /** When its fencing was completed. */
  fenced_ms?: number | undefined
  /** When fencing first failed. */
  fencing_failed_ms?: number | undefined
  /** How long no node had the floating IP; left out if a node could not be monitored. */
  address_free_ms?: number | undefined
  /** How long two or more nodes had the floating IP at once. */
  duplicate_address_ms: number
  /** Why the round failed. */
  reason?: string | undefined
}

/** The answers to all requests in a round of a drill. Times are milliseconds since the fault, and negative before it. */
export interface DrillAnswersEvent {
  event: 'drill-answers'
  cluster: string
  round: number
  /** In the order of the requests: `node` served the page, or `error` is the reason why there was no good answer. */
  answers: { at: number; ms: number; node?: string | undefined; error?: string | undefined }[]
  /** Events with their times: `node2 noticed`, `FloatIP started on node2`. */
  marks: { at: number; text: string }[]
}

declare module '../../runner/tasks/added-events.js' {
  interface AddedEvents {
    'drill-round': DrillRoundEvent
    'drill-answers': DrillAnswersEvent
  }
}
