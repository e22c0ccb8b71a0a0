import { serviceFact, type Fact } from '../../facts/fact.js'
import { canonicalAddress } from '../../ip-address.js'
import { parseOnSuccess } from '../parse-on-success.js'

/** What a node's corosync-qdevice reports, with which the arbiter's vote reaches the node. */
export interface Qdevice {
  clusterName: string
  /** The arbiter, as corosync.conf had it when the daemon started. */
  host: string
  /** As in corosync.conf, or as the daemon prints it. */
  algorithm: string
  /** Whether it is connected to corosync-qnetd on the arbiter. */
  isConnected: boolean
}

/** Undefined if the daemon is not running or not installed. */
export const qdevice: Fact<Qdevice | undefined> = serviceFact(
  'qdevice',
  'corosync-qdevice-tool -s',
  parseOnSuccess(parseQdevice),
)

/** What tlv_decision_algorithm_type_to_str in qdevices/tlv.c prints. */
const algorithms: Record<string, string> = { 'Fifty-Fifty split': 'ffsplit', LMS: 'lms' }

/** Parses the output of `corosync-qdevice-tool -s`. @throws Error if a line is missing that every version prints. */
export function parseQdevice(text: string): Qdevice {
  const fields = new Map(
    [...text.matchAll(/^([A-Z][A-Za-z -]+):[ \t]+(.*)$/gm)].map(([, name, value]) => [name, value]),
  )
  const field = (name: string): string => {
    const value = fields.get(name)
    if (value === undefined)
      throw new Error(`the output of corosync-qdevice-tool -s does not contain ${name}: ${text.trim().slice(0, 80)}`)
    return value.trim()
  }
  const algorithm = field('Algorithm')
  return {
    clusterName: field('Cluster name'),
    host: canonicalAddress(field('QNetd host').replace(/:\d+$/, '')),
    algorithm: algorithms[algorithm] ?? algorithm,
    isConnected: field('State') === 'Connected',
  }
}
