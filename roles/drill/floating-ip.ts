import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'

/** The node on which Pacemaker runs the floating IP. @param floatingIpIds - ids of the resources that bring it up. */
export function floatingIpNode(floatingIpIds: string[], { resources }: ClusterState): string | undefined {
  return resources.find(({ id, active }) => active && floatingIpIds.includes(id))?.nodes[0]
}

/** A floating IP, with the ids of the resources that bring it up. */
export interface AddressResources {
  address: string
  ids: string[]
}

/** The address whose way a round tells: the first that its node has; of a node that has none, the first of all. */
export function followedAddress(
  addresses: readonly AddressResources[],
  state: ClusterState | undefined,
  node: string,
): AddressResources {
  return addresses.find(({ ids }) => state && floatingIpNode(ids, state) === node) ?? addresses[0]!
}
