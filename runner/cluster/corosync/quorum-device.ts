import { isSameAddress } from '../../ip-address.js'
import type { Cluster, ConfValues, QuorumDevice } from '../declaration/declaration.js'
import { quorumSettings } from '../declaration/corosync.js'
import { ownSettings, parseCorosyncConf, sectionsNamed, type Section } from './conf.js'

/** The quorum device in a corosync.conf: its section, and which of several states of the file is wanted. */

/** The section `quorum.device`. Without certificates, corosync-qdevice must not connect: hence tls is required. */
export function deviceSection({ arbiter, algorithm, votes }: QuorumDevice): Section {
  const net = section('net', { host: arbiter.links[0] ?? '', algorithm, tls: 'required' })
  return section('device', { model: 'net', votes: String(votes) }, net)
}

function section(name: string, values: ConfValues, ...subsections: Section[]): Section {
  return {
    name,
    entries: [...Object.entries(values).map(([setting, value]) => ({ name: setting, value })), ...subsections],
  }
}

/** Whether ha-run can have written this section, so that it may replace it: others have settings that an inventory cannot declare. */
export function isOwnDevice(device: Section): boolean {
  return ownDevice(device) !== undefined
}

interface ConfiguredDevice extends Pick<QuorumDevice, 'algorithm' | 'votes'> {
  host: string
}

function ownDevice(device: Section): ConfiguredDevice | undefined {
  const values = ownSettings(device)
  const [net] = sectionsNamed(device, 'net')
  const { host, algorithm, tls, ...others } = Object.fromEntries(net ? ownSettings(net) : [])
  const isAlike =
    device.entries.length === 3 &&
    values.get('model') === 'net' &&
    tls === 'required' &&
    Object.keys(others).length === 0 &&
    net?.entries.every(entry => 'value' in entry)
  const votes = Number(values.get('votes'))
  if (!isAlike || host === undefined || !(votes > 0) || (algorithm !== 'ffsplit' && algorithm !== 'lms'))
    return undefined
  return { host, algorithm, votes }
}

/**
 * The declaration with the quorum device that the nodes' files have. The role quorum-device alone adds one to them, or replaces
 * it, once every node has a certificate for the arbiter: until then, the cluster keeps the votes that it has. A device that is
 * declared no more is removed.
 */
export function withPresentDevice(cluster: Cluster, texts: (string | undefined)[]): Cluster {
  const { quorumDevice, ...others } = cluster
  if (!quorumDevice) return cluster
  const present = texts.flatMap(text => presentDevice(text) ?? [])
  const isDeclared = ({ host, algorithm, votes }: ConfiguredDevice) =>
    isSameAddress(host, quorumDevice.arbiter.links[0]) &&
    algorithm === quorumDevice.algorithm &&
    votes === quorumDevice.votes
  // A run that was interrupted while it renamed the files has left the declared one on some nodes.
  if (present.some(isDeclared)) return cluster
  const [device] = present
  const votes = device?.votes ?? 0
  const declared = Object.entries(cluster.explicit.corosync).flatMap(([setting, value]): [string, string][] => {
    const [, name] = /^quorum\.(\w+)$/.exec(setting) ?? []
    return name === undefined || name === 'expected_votes' ? [] : [[name, value]]
  })
  return {
    ...others,
    corosync: {
      ...cluster.corosync,
      quorum: quorumSettings(Object.fromEntries(declared), cluster.nodes.length, votes),
    },
    ...(device && {
      quorumDevice: { ...device, arbiter: { ...quorumDevice.arbiter, links: [device.host] } },
    }),
  }
}

function presentDevice(text: string | undefined): ConfiguredDevice | undefined {
  try {
    const conf = text === undefined ? undefined : parseCorosyncConf(text)
    const [device] = conf ? sectionsNamed(conf, 'quorum').flatMap(quorum => sectionsNamed(quorum, 'device')) : []
    return device && ownDevice(device)
  } catch {
    return undefined
  }
}
