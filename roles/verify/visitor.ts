import { interfacesWith } from '../../runner/cluster/pacemaker/floating-ip.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { isDirect } from '../../runner/ssh/http.js'

export interface Visit<T> {
  /** The node that has the address. */
  owner?: ClusterMember | undefined
  answer: () => Promise<T>
}

/**
 * Asks a service as a visitor does: from this machine if it reaches the network, or else through a member without the address.
 * Which member that is takes a round trip to learn; meanwhile the last one is tried.
 *
 * @param address - the floating address of the service, if it has one.
 * @param ask - asks once, through a member or from this machine.
 */
export async function visit<T>(
  { leader, members: all }: Scope,
  address: string | undefined,
  ask: (through?: ClusterMember) => Promise<T>,
): Promise<Visit<T>> {
  const members = reachable(all)
  const direct = isDirect(leader.node.connection, leader.connection.settings)
  const askThrough = async (through: ClusterMember): Promise<T> => {
    if (!(await direct)) return ask(through)
    // Although ssh reaches the node directly, the floating IP may be in a network that only the nodes reach.
    return ask().catch(async () => ask(through))
  }
  const likely = members.at(-1)!
  const early = askThrough(likely)
  // Its result is awaited below, unless another member is used.
  early.catch(() => {})
  const having = await nodesWith(members, address)
  const witness = members.findLast(member => !having.includes(member)) ?? likely
  return { owner: having[0], answer: async () => (witness === likely ? early : askThrough(witness)) }
}

/** The nodes that have the address, according to their kernels. */
export async function nodesWith(members: ClusterMember[], address: string | undefined): Promise<ClusterMember[]> {
  if (address === undefined) return []
  const interfaces = await Promise.all(members.map(async member => member.read(interfacesWith(address))))
  return members.filter((_, at) => interfaces[at]!.length > 0)
}
