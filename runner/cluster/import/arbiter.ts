import { canonicalAddress, familyOf } from '../../ip-address.js'
import type { Cmap } from '../corosync/cmap.js'
import { entry, yamlScalar } from './yaml-text.js'

/** The quorum device of a running cluster, as an inventory declares it. */
export interface RunningArbiter {
  /** A name for its host that no node has. */
  name: string
  address: string
  algorithm: string
  /** What of Corosync's settings follows from the declaration. */
  implied: ReadonlyMap<string, string>
}

/** @returns undefined without a quorum device, or if an inventory cannot declare it: its settings are kept as they are then. */
export function runningArbiter(cmap: Cmap, names: string[]): RunningArbiter | undefined {
  const setting = (name: string) => cmap.get(`quorum.device.${name}`)?.value
  const [host = '', algorithm = ''] = [setting('net.host'), setting('net.algorithm')]
  const address = canonicalAddress(host)
  if (setting('model') !== 'net' || familyOf(address) === undefined) return undefined
  const votes = { ffsplit: 1, lms: names.length - 1 }[algorithm]
  if (votes === undefined || Number(setting('votes') ?? 1) !== votes) return undefined
  return {
    name: names.includes('arbiter') ? `arbiter-of-${names.join('-')}` : 'arbiter',
    address,
    algorithm,
    implied: new Map([
      ['quorum.device.model', 'net'],
      ['quorum.device.votes', String(votes)],
      ['quorum.device.net.host', address],
      ['quorum.device.net.algorithm', algorithm],
      ['quorum.expected_votes', String(names.length + votes)],
      ['quorum.two_node', '0'],
    ]),
  }
}

/** Its host, beside the cluster's own. */
export function arbiterHostLines({ name, address }: RunningArbiter): string[] {
  return [
    entry(2, 'hosts'),
    entry(
      4,
      name,
      `{ ansible_host: ${yamlScalar(address)} }`,
      'runs corosync-qnetd; add ansible_user if ssh needs one',
    ),
  ]
}

export function quorumDeviceLines({ name, algorithm }: RunningArbiter): string[] {
  return [entry(10, 'quorum_device', `{ host: ${yamlScalar(name)}, algorithm: ${algorithm} }`)]
}
