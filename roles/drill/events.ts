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
  /** The declared probe with the longest outage; left out if the page was measured. The outage and the requests are those of this probe. */
  probe?: string | undefined
  /** The figures of all declared probes. */
  probes?: ProbeFigures[] | undefined
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
  /** The promotable resources that were promoted on another node than before; left out if there are none. */
  promotions?: { resource: string; from: string | undefined; to: string }[] | undefined
  /** The node that was fenced. */
  fenced?: string | undefined
  /** When its fencing was completed. */
  fenced_ms?: number | undefined
  /** When fencing first failed. */
  fencing_failed_ms?: number | undefined
  /** How long no node had the floating IP, of several the worst; left out if a node could not be monitored. */
  address_free_ms?: number | undefined
  /** How long two or more nodes had the floating IP at once. */
  duplicate_address_ms: number
  /** The same for each of several floating IPs; left out if there is one. */
  addresses?: { address: string; free_ms: number | undefined; duplicate_ms: number }[] | undefined
  /** Why the round failed. */
  reason?: string | undefined
}

/** What was measured of one declared probe. */
export interface ProbeFigures {
  probe: string
  outage_ms: number
  outage_at_ms?: number | undefined
  failed_requests: number
  requests: number
}

/** The answers to all requests in a round of a drill. Times are milliseconds since the fault, and negative before it. */
export interface DrillAnswersEvent {
  event: 'drill-answers'
  cluster: string
  round: number
  /** The declared probe that was asked, with an event for each; left out for the page. */
  probe?: string | undefined
  /** In the order of the requests: `node` answered (or had the address, if the answer does not name one), or `error` is the reason why there was no good answer. */
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
