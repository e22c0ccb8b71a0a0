import { pageNote } from '../../runner/cluster/apache.js'
import { servesPage, type Cluster } from '../../runner/cluster/declaration/declaration.js'
import { interfacesWith } from '../../runner/cluster/pacemaker/floating-ip.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { fileText } from '../../runner/facts/files.js'
import { httpGet, isDirect, type HttpResponse } from '../../runner/ssh/http.js'
import { verdict } from './views.js'

const remedy = '`ha-run apache constraints` restores page and resources; `curl` it on the node that has the address, where Apache must listen on it (`Listen 80`)'

/**
 * Fetches the page as a visitor would: from here where this machine reaches the network, else through a member that
 * does not hold the address itself. Which one that is takes a round trip to know, so that the last one is tried at once.
 */
export function pageThroughFloatingIp(cluster: Cluster) {
  const { floatingIp: { address }, nodes, page, explicit } = cluster
  const url = `http://${address}/`
  return async ({ leader, members: all }: Scope): Promise<Verdict> => {
    if (cluster.foreign && explicit.page === undefined && !servesPage(cluster)) return verdict([], 'no page is declared', remedy)
    const members = reachable(all)
    const direct = isDirect(leader.node.connection, leader.connection.settings)
    const get = async (through: ClusterMember): Promise<HttpResponse> => {
      if (!await direct) return httpGet(address, '/', through.connection)
      // Where ssh goes straight to a node, the floating IP may still be in a network that only the nodes reach.
      return httpGet(address, '/').catch(async () => httpGet(address, '/', through.connection))
    }
    const likely = members.at(-1)!
    const early = get(likely)
    // It is met below, unless another member has to be asked.
    early.catch(() => {})
    const holds = await Promise.all(members.map(async member => (await member.read(interfacesWith(address))).length > 0))
    const holder = members.find((_, at) => holds[at])
    if (!holder) return verdict([`${url}: no node has the address`], '', remedy)
    const witness = members.findLast((_, at) => !holds[at]) ?? likely
    try {
      const { status, body } = await (witness === likely ? early : get(witness))
      const server = nodes.find(({ name }) => body === page.replaceAll('{node}', name))?.name
      // Where none is declared, somebody's own page is as good as ours.
      const isTheirs = server === undefined && explicit.page === undefined && await holder.read(fileText(pageNote)) === undefined
      const complaints = [
        ...(status === 200 ? [] : [`${url} answers ${status}`]),
        ...(server === undefined && !isTheirs ? [`${url} serves another page than the declared one`] : []),
        ...(page.includes('{node}') && server !== undefined && server !== holder.name ? [`${url} serves the page of ${server}, and ${holder.name} has the address`] : []),
      ]
      return verdict(complaints, `${status} from ${page.includes('{node}') && server !== undefined ? server : holder.name}`, remedy, [{ label: 'page', text: url }])
    } catch (error) {
      return verdict([`${url} does not answer: ${(error as Error).message}`], '', remedy)
    }
  }
}
