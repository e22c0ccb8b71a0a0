import type { DrillAnswersEvent, DrillRoundEvent } from './events.js'
import type { PromotedNodes } from '../../runner/cluster/pacemaker/crm-mon.js'
import { duplicateAddressMs, freeAddressMs, type AddressPeriod } from './address-periods.js'
import type { JournalEvent } from './journal.js'
import { longestOutage, outages, type Answers } from './outage.js'
import { figuresOf, lengthOf, roundedAnswers, type ProbeAnswers } from './probe-results.js'

/** All that was observed in a round. Times are milliseconds since the fault, by this machine's clock. */
export interface Observations {
  cluster: string
  round: number
  rounds: number
  /** As reports name it: `kill corosync`. */
  fault: string
  node: string
  /** The fencing device that was made to fail. */
  device?: string | undefined
  /** What was done to the node, as the predicate of a sentence. */
  description: string
  /** Those of the page, or of the probe with the longest outage. */
  answers: Answers
  /** Its name; left out for the page. */
  probe?: string
  /** The answers to all declared probes. */
  probes?: ProbeAnswers[]
  /** Events in the journals of the nodes that take part in the recovery, each with its node. */
  journal: (JournalEvent & { by: string })[]
  /** When each node had each floating IP, the first one first. */
  addresses: { address: string; periods: AddressPeriod[][] }[]
  /** These periods are known of all nodes. */
  isMonitored: boolean
  /** The node with the floating IP before the fault, after the cluster's recovery, and at the end. */
  floatingIpNode: { before: string | undefined; recovered: string | undefined; end: string | undefined }
  /** The nodes on which each promotable resource was promoted before the fault, and after the cluster's recovery. */
  promoted: { before: PromotedNodes; recovered: PromotedNodes }
  /** Whether the cluster fences, so that two nodes must never have the address at once. */
  fences: boolean
  /** Names of the nodes that were fenced. */
  fenced: string[]
  /** When the node was repaired, and when the cluster was healthy again. */
  repairedAt: number
  healthyAt: number | undefined
  maxOutage: number | undefined
  /** Why the service did not come back. */
  failure: string | undefined
}

/** Summarizes a round: its result for the machine-readable output, what the report draws, and remarks for people. */
export function summarizeRound(observations: Observations): {
  event: DrillRoundEvent
  signal: DrillAnswersEvent
  /** The answers to the other probes. */
  others: DrillAnswersEvent[]
  remarks: string[]
} {
  const {
    cluster,
    round,
    rounds,
    fault,
    node,
    description,
    answers,
    probe,
    probes,
    floatingIpNode,
    repairedAt,
    healthyAt,
    maxOutage,
  } = observations
  const worst = longestOutage(outages(answers))
  const outage = lengthOf(worst)
  // What happens because the node returns is not part of the recovery.
  const journal = observations.journal
    .filter(({ at }) => at >= 0 && at < repairedAt)
    .toSorted((one, other) => one.at - other.at)
  // If the DC's own journal is lost with it, the first event is what the others were requested to do.
  const detected = journal[0]
  const starts = journal.flatMap(event => (event.kind === 'started' || event.kind === 'promoted' ? event : []))
  const started = starts.at(-1)
  const answered = firstAnswer(answers, node, worst?.from)
  const fencings = fencingsIn(observations)
  const addresses = observations.addresses.map(({ address, periods }) => ({
    address,
    free_ms: observations.isMonitored
      ? Math.round(freeAddressMs(periods, worst?.to, 0, healthyAt ?? lastMoment(answers)))
      : undefined,
    duplicate_ms: Math.round(duplicateAddressMs(periods)),
  }))
  const duplicate = Math.max(0, ...addresses.map(({ duplicate_ms: ms }) => ms))
  const movedTo = floatingIpNode.recovered === floatingIpNode.before ? undefined : floatingIpNode.recovered
  const promotions = promotionsIn(observations.promoted)
  const reason =
    observations.failure ??
    unsafe(observations, duplicate) ??
    (maxOutage !== undefined && outage > maxOutage
      ? `the outage${probe === undefined ? '' : ` of ${probe}`} lasted ${outage} ms, ${maxOutage} ms are allowed`
      : undefined)
  return {
    event: {
      event: 'drill-round',
      cluster,
      status: reason === undefined ? 'ok' : 'failed',
      round,
      rounds,
      fault,
      node,
      ...(probe !== undefined && { probe, probes: probes?.map(figuresOf) }),
      outage_ms: outage,
      outage_at_ms: worst && Math.round(worst.from),
      failed_requests: answers.filter(({ error }) => error !== undefined).length,
      requests: answers.length,
      detected_ms: detected && Math.round(detected.at),
      started_ms: started && Math.round(started.at),
      answered_ms: answered && Math.round(answered.at),
      moved_to: movedTo,
      returned: movedTo !== undefined && floatingIpNode.end === floatingIpNode.before,
      ...(promotions.length > 0 && { promotions }),
      fenced: observations.fenced.length === 0 ? undefined : observations.fenced.join(', '),
      fenced_ms: fencings.fencedAt,
      fencing_failed_ms: fencings.failedAt,
      address_free_ms: observations.isMonitored
        ? Math.max(0, ...addresses.map(({ free_ms: ms = 0 }) => ms))
        : undefined,
      duplicate_address_ms: duplicate,
      ...(addresses.length > 1 && { addresses }),
      reason,
    },
    signal: {
      event: 'drill-answers',
      cluster,
      round,
      ...(probe !== undefined && { probe }),
      answers: roundedAnswers(answers),
      marks: [
        { at: 0, text: `${node} ${description}` },
        ...(detected ? [{ at: detected.at, text: `${detected.by} noticed` }] : []),
        ...starts.map(({ at, kind, resource, node: where }) => ({ at, text: `${resource} ${kind} on ${where}` })),
        ...(answered
          ? [
              {
                at: answered.at,
                text: `${probe === undefined ? 'the page' : `the probe ${probe}`} answers${answered.server ? ` from ${answered.server}` : ''}`,
              },
            ]
          : []),
        ...fencings.marks,
        { at: repairedAt, text: `repair of ${node} begins` },
        ...(healthyAt === undefined ? [] : [{ at: healthyAt, text: 'the cluster is healthy again' }]),
      ]
        .map(({ at, text }) => ({ at: Math.round(at), text }))
        .toSorted((one, other) => one.at - other.at),
    },
    others: (probes ?? [])
      .filter(other => other.probe !== probe)
      .map(other => ({
        event: 'drill-answers',
        cluster,
        round,
        probe: other.probe,
        answers: roundedAnswers(other.answers),
        marks: [],
      })),
    remarks: [...fencingRemarks(observations, fencings.failedAt !== undefined), ...addressRemarks(addresses)],
  }
}

/** Where instances are promoted that were promoted on another node before. */
function promotionsIn({ before, recovered }: Observations['promoted']): NonNullable<DrillRoundEvent['promotions']> {
  return [...recovered].flatMap(([resource, nodes]) =>
    nodes
      .filter(to => !before.get(resource)?.includes(to))
      .map(to => ({ resource, from: before.get(resource)?.find(node => !nodes.includes(node)), to })),
  )
}

/** When nodes were fenced, or could not be: as the first node that reports it has logged it. */
function fencingsIn({ journal, fenced }: Observations) {
  const events = journal
    .flatMap(event => (event.kind === 'fenced' || event.kind === 'not fenced' ? event : []))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at)
  const firsts = [
    ...fenced.flatMap(node => events.find(event => event.kind === 'fenced' && event.node === node) ?? []),
    ...events.filter(({ kind }) => kind === 'not fenced').slice(0, 1),
  ]
  const momentOf = (kind: JournalEvent['kind']) => {
    const found = firsts.find(event => event.kind === kind)
    return found && Math.round(found.at)
  }
  return {
    fencedAt: momentOf('fenced'),
    failedAt: momentOf('not fenced'),
    marks: firsts.map(({ at, kind, node }) => ({
      at,
      text: kind === 'fenced' ? `${node} was fenced` : `${node} could not be fenced`,
    })),
  }
}

/** What must never happen if the cluster fences. */
function unsafe({ fences, fenced }: Observations, duplicateMs: number): string | undefined {
  if (fenced.length > 1) return `${fenced.join(' and ')} were both fenced`
  return fences && duplicateMs > 0
    ? `two nodes had the floating IP for ${duplicateMs} ms, although the cluster fences`
    : undefined
}

/** What a reader of the figures has to know about the fencing, as sentences. */
function fencingRemarks({ device, fenced, node, floatingIpNode }: Observations, hasFailed: boolean): string[] {
  const [first] = fenced
  if (device !== undefined) {
    if (!hasFailed && first !== undefined) return [`${node} was fenced without ${device}`]
    const result = `${device} could not fence ${node}, and no other node took over`
    return [first === undefined ? result : `${result} until ${device} answered again`]
  }
  return first === undefined || first === node || floatingIpNode.recovered !== floatingIpNode.before
    ? []
    : [`${first} was fenced by ${node}, which kept the floating IP`]
}

/** Several addresses may be free for different times: an IPv6 address is first checked for duplicates. */
function addressRemarks(addresses: NonNullable<DrillRoundEvent['addresses']>): string[] {
  if (addresses.length < 2) return []
  const times = addresses.flatMap(({ address, free_ms: free, duplicate_ms: twice }) =>
    free === undefined
      ? []
      : [
          `${address} ${free === 0 ? 'never' : `for ${free} ms`}${twice === 0 ? '' : ` (on two nodes for ${twice} ms)`}`,
        ],
  )
  return times.length === 0 ? [] : [`no node had ${times.join(', ')}`]
}

function lastMoment(answers: Answers): number {
  return Math.max(0, ...answers.map(({ at, ms }) => at + ms))
}

/**
 * When another node first answered; or, if the drilled node goes on serving, its first good answer after the outage began.
 *
 * @param outageFrom - when the outage began.
 */
function firstAnswer(
  answers: Answers,
  node: string,
  outageFrom: number | undefined,
): { at: number; server: string | undefined } | undefined {
  const good = answers
    .filter(({ at, error }) => error === undefined && at >= 0)
    .toSorted((one, other) => one.at + one.ms - other.at - other.ms)
  const first =
    good.find(answer => answer.node !== undefined && answer.node !== node) ??
    (outageFrom === undefined ? undefined : good.find(({ at }) => at > outageFrom))
  return first && { at: first.at + first.ms, server: first.node }
}
