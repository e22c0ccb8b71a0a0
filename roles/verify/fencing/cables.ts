import { fencingIn, type ConfiguredDevice } from '../../../runner/cluster/cib/fencing-devices.js'
import { corosyncLinks } from '../../../runner/cluster/corosync/facts.js'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import type { Scope } from '../../../runner/cluster/members.js'
import { cibText } from '../../../runner/cluster/pacemaker/facts.js'
import { familyOf, networkOf } from '../../../runner/ip-address.js'
import type { Verdict } from '../../../runner/tasks/index.js'
import { advisory, corosyncNotAnswering, pacemakerNotAnswering, verdict } from '../verdict.js'

const hint =
  'declare a second link over another cable and switch (`address` is link 0; see docs/inventory.md), and connect the devices to a network that does not fail with the ring'

/** A cluster should survive the loss of one cable without fencing, and must be able to fence when the ring is lost. */
export function ringAndFencingApart(cluster: Cluster) {
  return async ({ leader }: Scope): Promise<Verdict> => {
    const [cib, links] = await Promise.all([leader.read(cibText), leader.read(corosyncLinks)])
    if (cib === undefined) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', hint)
    if (links === undefined) return verdict([`${leader.name}: ${corosyncNotAnswering}`], '', hint)
    return cableVerdict(
      links.map(({ address }) => linkNetwork(address, cluster)),
      fencingIn(cib).devices,
    )
  }
}

/** The network of a link's address, as far as the inventory declares prefixes. */
export function linkNetwork(address: string, { nodes, floatingIps }: Cluster): LinkNetwork {
  const declared = nodes.find(({ network }) => network?.address === address)?.network?.prefix
  if (declared !== undefined) return { address, prefix: declared }
  const shared = floatingIps.find(
    floatingIp =>
      floatingIp.family === familyOf(address) &&
      networkOf(address, floatingIp.prefix) === networkOf(floatingIp.address, floatingIp.prefix),
  )
  return { address, ...(shared && { prefix: shared.prefix }) }
}

interface LinkNetwork {
  address: string
  /** Left out if it is not known. */
  prefix?: number
}

/** @param links - the networks of the ring. */
export function cableVerdict(links: LinkNetwork[], devices: Pick<ConfiguredDevice, 'id' | 'address'>[]): Verdict {
  const inEveryNetwork = devices.filter(({ address }) => links.every(link => isIn(address, link)))
  const ids = inEveryNetwork.map(({ id }) => id).join(', ')
  const remarks = [
    ...(links.length === 1 ? ['the ring has a single link: if it fails, a node is fenced although both work'] : []),
    ...(inEveryNetwork.length === 0
      ? []
      : [
          `${ids} ${inEveryNetwork.length === 1 ? 'is' : 'are'} in the same network as the ring: one cable or switch may carry both`,
        ]),
  ]
  return advisory(remarks, `${links.length} links`, hint)
}

/** Whether it is known that the device is in the link's network. */
function isIn(address: string | undefined, { address: own, prefix }: LinkNetwork): boolean {
  return (
    address !== undefined &&
    prefix !== undefined &&
    familyOf(address) !== undefined &&
    familyOf(address) === familyOf(own) &&
    networkOf(address, prefix) === networkOf(own, prefix)
  )
}
