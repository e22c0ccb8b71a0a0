import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterMember, ClusterTrialScope } from '../../runner/cluster/members.js'
import { until } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { HttpProbe, type ProbeRequest } from '../../runner/ssh/http-probe.js'
import { httpGet, isDirect, type HttpResponse } from '../../runner/ssh/http.js'

/**
 * How this machine reaches the page: directly, or through members, in the order of their preference. That is through one that is not
 * drilled, the last one, since Pacemaker tends to move resources to the first. If that one may be fenced, it is requested through the
 * drilled node too.
 */
export async function routesToPage(
  cluster: Cluster,
  others: ClusterMember[],
  mayBeFenced: ClusterMember[],
): Promise<{ through?: ClusterMember }[]> {
  const preferred = others.findLast(({ unreachable }) => !unreachable)!
  const direct =
    (await isDirect(preferred.node.connection, preferred.connection.settings)) &&
    (await httpGet(cluster.floatingIp.address, '/').then(
      () => true,
      () => false,
    ))
  if (direct) return [{}]
  const further = mayBeFenced.includes(preferred) ? mayBeFenced.filter(member => member !== preferred) : []
  return [preferred, ...further].map(through => ({ through }))
}

/** How the page is requested, as the end of a sentence. */
export function describeRoutes(routes: { through?: ClusterMember }[]): string {
  const names = routes.flatMap(({ through }) => through?.name ?? [])
  if (names.length === 0) return 'from this machine'
  return `through ${names.join(' and ')}${names.length > 1 ? ', since either may be fenced' : ''}`
}

/** Requests the page all the time, as visitors do, by one route or several. */
export class PageProbe {
  readonly #routes: { through: string | undefined; probe: HttpProbe }[]

  constructor(routes: { through: string | undefined; probe: HttpProbe }[]) {
    this.#routes = routes
  }

  /** The route that still exists. @param fenced - names of the nodes that have been fenced. */
  #route(fenced: string[]): HttpProbe {
    const existing = this.#routes.find(({ through }) => through === undefined || !fenced.includes(through))
    return (existing ?? this.#routes[0]!).probe
  }

  isHealthy(fenced: string[]): boolean {
    return this.#route(fenced).isHealthy
  }

  /** True if nearly all requests succeed, by every route. */
  get isEntirelyHealthy(): boolean {
    return this.#routes.every(({ probe }) => probe.isHealthy)
  }

  hasFailedSince(moment: number, fenced: string[]): boolean {
    return this.#route(fenced).hasFailedSince(moment)
  }

  /** Why there are no results any more, which is no fault of the page. */
  broken(fenced: string[]): string | undefined {
    return this.#route(fenced).broken
  }

  /** @throws TaskError if the page cannot be requested by one of the routes. */
  requireRoutes(): void {
    for (const { through, probe } of this.#routes)
      if (probe.broken !== undefined)
        throw new TaskError(`the page cannot be requested through ${through}: ${probe.broken}`)
  }

  /** @returns the requests that have ended, by the route that still exists. */
  stop(fenced: string[]): ProbeRequest[] {
    for (const { probe } of this.#routes) probe.stop()
    return this.#route(fenced).requests
  }
}

/** Starts to request the page. Resolves once it is answered well by every route. @throws TaskError if it is not. */
export async function startPageProbe(
  cluster: Cluster,
  routes: { through?: ClusterMember }[],
  { stop, progress }: ClusterTrialScope,
): Promise<PageProbe> {
  const { address } = cluster.floatingIp
  const probes = await Promise.all(
    routes.map(async ({ through }) => {
      const socket = await through?.connection.listen(`${address}:80`)
      return { through: through?.name, probe: new HttpProbe({ address, socket, serverOf: serverOf(cluster) }) }
    }),
  )
  for (const { probe } of probes) probe.start()
  const pageProbe = new PageProbe(probes)
  try {
    await until(
      `http://${address}/ to answer well`,
      20,
      async () => {
        pageProbe.requireRoutes()
        return pageProbe.isEntirelyHealthy || undefined
      },
      {
        abandon: stop,
        progress,
        hint: 'nothing was changed; `ha-run verify` shows the cause; sshd on the nodes must allow TCP forwarding',
      },
    )
  } catch (error) {
    pageProbe.stop([])
    throw error
  }
  return pageProbe
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
