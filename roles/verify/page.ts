import type { Cluster } from '../../runner/cluster/declaration.js'
import { interfacesWith } from '../../runner/cluster/floating-ip.js'
import { reachable, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/engine/task.js'
import { httpGet, isDirect } from '../../runner/transport/http.js'
import { verdict } from './views.js'

const remedy = '`ha-run apache constraints` restores page and resources; `curl` it on the node that has the address, where Apache must listen on it (`Listen 80`)'

/**
 * Fetches the page as a visitor would: from here where this machine reaches the network, else through a member that
 * does not hold the address itself.
 */
export function pageThroughFloatingIp(cluster: Cluster) {
  const { floatingIp: { address }, nodes, page } = cluster
  const url = `http://${address}/`
  return async (scope: Scope): Promise<Verdict> => {
    const members = reachable(scope.members)
    const [direct, ...holds] = await Promise.all([
      isDirect(scope.leader.node.connection, scope.leader.connection.settings),
      ...members.map(async member => (await member.read(interfacesWith(address))).length > 0),
    ])
    const holder = members.find((_, at) => holds[at])
    const witness = members.find((_, at) => !holds[at])?.connection
    if (!holder) return verdict([`${url}: no node has the address`], '', remedy)
    try {
      const through = witness ?? scope.leader.connection
      // Where ssh goes straight to a node, the floating IP may still be in a network that only the nodes reach.
      const { status, body } = direct
        ? await httpGet(address, '/').catch(() => httpGet(address, '/', through))
        : await httpGet(address, '/', through)
      const server = nodes.find(({ name }) => body === page.replaceAll('{node}', name))?.name
      const complaints = [
        ...(status === 200 ? [] : [`${url} answers ${status}`]),
        ...(server === undefined ? [`${url} serves another page than the declared one`] : []),
        ...(page.includes('{node}') && server !== undefined && server !== holder.name ? [`${url} serves the page of ${server}, and ${holder.name} has the address`] : []),
      ]
      return verdict(complaints, `${status} from ${page.includes('{node}') ? server : holder.name}`, remedy, [{ label: 'page', text: url }])
    } catch (error) {
      return verdict([`${url} does not answer: ${(error as Error).message}`], '', remedy)
    }
  }
}
