import { pageNote } from '../../runner/cluster/apache.js'
import { servesPage, type Cluster } from '../../runner/cluster/declaration/declaration.js'
import { interfacesWith } from '../../runner/cluster/pacemaker/floating-ip.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { fileText } from '../../runner/facts/files.js'
import { httpGet, isDirect, type HttpResponse } from '../../runner/ssh/http.js'
import { verdict } from './verdict.js'

const hint =
  '`ha-run apache constraints` restores the page and the resources; try `curl` on the node that has the address, where Apache must listen on it (`Listen 80`)'

/**
 * Fetches the page as a visitor does: from this machine if it reaches the network, or else through a member without the address.
 * Which member that is takes a round trip to learn; meanwhile the last one is tried.
 */
export function pageAtFloatingIp(cluster: Cluster) {
  const {
    floatingIp: { address },
    nodes,
    page,
    explicit,
  } = cluster
  const url = `http://${address}/`
  return async ({ leader, members: all }: Scope): Promise<Verdict> => {
    if (cluster.foreign && explicit.page === undefined && !servesPage(cluster))
      return verdict([], 'no page is declared', hint)
    const members = reachable(all)
    const direct = isDirect(leader.node.connection, leader.connection.settings)
    const get = async (through: ClusterMember): Promise<HttpResponse> => {
      if (!(await direct)) return httpGet(address, '/', through.connection)
      // Although ssh reaches the node directly, the floating IP may be in a network that only the nodes reach.
      return httpGet(address, '/').catch(async () => httpGet(address, '/', through.connection))
    }
    const likely = members.at(-1)!
    const early = get(likely)
    // Its result is awaited below, unless another member is used.
    early.catch(() => {})
    const hasAddress = await Promise.all(
      members.map(async member => (await member.read(interfacesWith(address))).length > 0),
    )
    const owner = members.find((_, at) => hasAddress[at])
    if (!owner) return verdict([`${url}: no node has the address`], '', hint)
    const witness = members.findLast((_, at) => !hasAddress[at]) ?? likely
    try {
      const { status, body } = await (witness === likely ? early : get(witness))
      const server = nodes.find(({ name }) => body === page.replaceAll('{node}', name))?.name
      // If no page is declared, any page is accepted that is not from ha-run.
      const isForeign =
        server === undefined && explicit.page === undefined && (await owner.read(fileText(pageNote))) === undefined
      const violations = [
        ...(status === 200 ? [] : [`${url} answers ${status}`]),
        ...(server === undefined && !isForeign ? [`${url} serves another page than the declared one`] : []),
        ...(page.includes('{node}') && server !== undefined && server !== owner.name
          ? [`${url} serves the page of ${server}, and ${owner.name} has the address`]
          : []),
      ]
      return verdict(
        violations,
        `${status} from ${page.includes('{node}') && server !== undefined ? server : owner.name}`,
        hint,
        [{ label: 'page', text: url }],
      )
    } catch (error) {
      return verdict([`${url} does not answer: ${(error as Error).message}`], '', hint)
    }
  }
}
