import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterMember, ClusterTrialScope } from '../../runner/cluster/members.js'
import { until } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { HttpProbe } from '../../runner/ssh/http-probe.js'
import { httpGet, isDirect, type HttpResponse } from '../../runner/ssh/http.js'

/**
 * How this machine reaches the page: directly, or through a member that is not drilled. That is the last one, since Pacemaker
 * tends to move resources to the first.
 */
export async function routeToPage(cluster: Cluster, others: ClusterMember[]): Promise<{ through?: ClusterMember }> {
  const through = others.findLast(({ unreachable }) => !unreachable)!
  const direct =
    (await isDirect(through.node.connection, through.connection.settings)) &&
    (await httpGet(cluster.floatingIp.address, '/').then(
      () => true,
      () => false,
    ))
  return direct ? {} : { through }
}

/** Requests the page all the time, as visitors do. Resolves once it is answered well. @throws TaskError if it is not. */
export async function startPageProbe(
  cluster: Cluster,
  others: ClusterMember[],
  { stop, progress }: ClusterTrialScope,
): Promise<HttpProbe> {
  const { address } = cluster.floatingIp
  const { through } = await routeToPage(cluster, others)
  const socket = await through?.connection.listen(`${address}:80`)
  const probe = new HttpProbe({ address, socket, serverOf: serverOf(cluster) })
  probe.start()
  try {
    await until(
      `http://${address}/ to answer well`,
      20,
      async () => {
        if (probe.broken !== undefined)
          throw new TaskError(`the page cannot be requested through ${through?.name}: ${probe.broken}`)
        return probe.isHealthy || undefined
      },
      {
        abandon: stop,
        progress,
        hint: 'nothing was changed; `ha-run verify` shows the cause; sshd on the nodes must allow TCP forwarding',
      },
    )
  } catch (error) {
    probe.stop()
    throw error
  }
  return probe
}

/**
 * The node that sent an answer, recognized by its page. The name is empty if all nodes serve the same page, or if no page is
 * declared and the page is not from ha-run.
 */
export function serverOf({
  page,
  nodes,
  explicit,
}: Pick<Cluster, 'page' | 'nodes'> & { explicit: Pick<Cluster['explicit'], 'page'> }): (
  answer: HttpResponse,
) => string {
  const servers = new Map(
    nodes.map(({ name }) => [page.replaceAll('{node}', name), page.includes('{node}') ? name : '']),
  )
  return ({ status, body }) => {
    if (status !== 200) throw new Error(`HTTP ${status}`)
    const server = servers.get(body)
    if (server === undefined && explicit.page !== undefined) throw new Error('another page than the declared one')
    return server ?? ''
  }
}
