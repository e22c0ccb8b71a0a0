import { pageNote } from '../../runner/cluster/apache.js'
import { servesPage, type Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { fileText } from '../../runner/facts/files.js'
import { urlHost } from '../../runner/ip-address.js'
import { httpGet } from '../../runner/ssh/http.js'
import { verdict } from './verdict.js'
import { visit } from './visitor.js'

const hint =
  '`ha-run apache constraints` restores the page and the resources; try `curl` on the node that has the address, where Apache must listen on it (`Listen 80`)'

/** Fetches the page as a visitor does, and compares it with that of the node that has the address. */
export function pageAtFloatingIp(cluster: Cluster) {
  const {
    floatingIps: [{ address }],
    nodes,
    page,
    explicit,
  } = cluster
  const url = `http://${urlHost(address)}/`
  return async (scope: Scope): Promise<Verdict> => {
    if (cluster.foreign && explicit.page === undefined && !servesPage(cluster))
      return verdict([], 'no page is declared', hint)
    const { owner, answer } = await visit(scope, address, async through => httpGet(address, '/', through?.connection))
    if (!owner) return verdict([`${url}: no node has the address`], '', hint)
    try {
      const { status, body } = await answer()
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
