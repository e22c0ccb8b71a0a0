import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterTrialScope } from '../../runner/cluster/members.js'
import { openProbe } from '../../runner/cluster/probes/open.js'
import { urlHost } from '../../runner/ip-address.js'
import { until } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { ProbeLoop, type ProbeRequest } from '../../runner/ssh/probe-loop.js'
import { httpRequest, type HttpResponse } from '../../runner/ssh/http.js'
import { nameOf, paceOf, type Measured, type Route } from './probe-routes.js'

interface ProbedRoute {
  /** The node through which it leads. */
  through: string | undefined
  loop: ProbeLoop
  close?: () => void
}

/** Asks a service all the time, as its users do, by one route or several. */
export class ServiceProbe {
  readonly measured: Measured
  readonly #routes: ProbedRoute[]

  constructor(measured: Measured, routes: ProbedRoute[]) {
    this.measured = measured
    this.#routes = routes
  }

  /** The route that still exists. @param fenced - names of the nodes that have been fenced. */
  #route(fenced: string[]): ProbeLoop {
    const existing = this.#routes.find(({ through }) => through === undefined || !fenced.includes(through))
    return (existing ?? this.#routes[0]!).loop
  }

  isHealthy(fenced: string[]): boolean {
    return this.#route(fenced).isHealthy
  }

  /** True if nearly all requests succeed, by every route. */
  get isEntirelyHealthy(): boolean {
    return this.#routes.every(({ loop }) => loop.isHealthy)
  }

  hasFailedSince(moment: number, fenced: string[]): boolean {
    return this.#route(fenced).hasFailedSince(moment)
  }

  /** Why there are no results any more, which is no fault of the service. */
  broken(fenced: string[]): string | undefined {
    return this.#route(fenced).broken
  }

  /** @throws TaskError if the service cannot be requested by one of the routes. */
  requireRoutes(): void {
    for (const { through, loop } of this.#routes)
      if (loop.broken !== undefined)
        throw new TaskError(`${nameOf(this.measured)} cannot be requested through ${through}: ${loop.broken}`)
  }

  /** Why the last request failed. */
  get lastError(): string | undefined {
    return this.#routes.flatMap(
      ({ loop }) => loop.requests.findLast(({ error }) => error !== undefined)?.error ?? [],
    )[0]
  }

  start(): void {
    for (const { loop } of this.#routes) loop.start()
  }

  /** @returns the requests that have ended, by the route that still exists. */
  stop(fenced: string[]): ProbeRequest[] {
    for (const { loop, close } of this.#routes) {
      loop.stop()
      close?.()
    }
    return this.#route(fenced).requests
  }
}

/** All services that a drill measures, at once. */
export class ServiceProbes {
  readonly all: ServiceProbe[]

  constructor(all: ServiceProbe[]) {
    this.all = all
  }

  /** The services that do not answer well, as the subject of a sentence; undefined if all do. */
  unwell(fenced: string[]): string | undefined {
    return subjects(this.all.filter(probe => !probe.isHealthy(fenced)))
  }

  hasFailedSince(moment: number, fenced: string[]): boolean {
    return this.all.some(probe => probe.hasFailedSince(moment, fenced))
  }

  /** Why there are no results any more of a service, which is no fault of it. */
  broken(fenced: string[]): string | undefined {
    return this.all.map(probe => probe.broken(fenced)).find(reason => reason !== undefined)
  }

  /** @returns the requests that have ended, for each service. */
  stop(fenced: string[]): { measured: Measured; requests: ProbeRequest[] }[] {
    return this.all.map(probe => ({ measured: probe.measured, requests: probe.stop(fenced) }))
  }
}

function subjects(probes: ServiceProbe[]): string | undefined {
  return probes.length === 0 ? undefined : probes.map(({ measured }) => nameOf(measured)).join(' and ')
}

/** Starts to ask services. Resolves once they answer well by every route. @throws TaskError if they do not. */
export async function startProbes(
  cluster: Cluster,
  measured: { measured: Measured; routes: Route[] }[],
  { stop, progress }: ClusterTrialScope,
): Promise<ServiceProbes> {
  const probes = new ServiceProbes(
    await Promise.all(
      measured.map(
        async each =>
          new ServiceProbe(
            each.measured,
            await Promise.all(each.routes.map(async route => probedRoute(cluster, each.measured, route))),
          ),
      ),
    ),
  )
  for (const probe of probes.all) probe.start()
  // A program that takes long must have succeeded twice.
  const longestMs = Math.max(...measured.map(each => paceOf(each.measured, {}).timeoutMs))
  try {
    await until(
      `${measured.map(each => nameOf(each.measured)).join(', ')} to answer well`,
      Math.max(20, (2.5 * longestMs) / 1000),
      async report => {
        for (const probe of probes.all) probe.requireRoutes()
        const unwell = probes.all.filter(probe => !probe.isEntirelyHealthy)
        report(
          unwell.map(({ measured: one, lastError }) => [nameOf(one), lastError].filter(Boolean).join(': ')).join('; '),
        )
        return unwell.length === 0 || undefined
      },
      {
        abandon: stop,
        progress,
        hint: 'nothing was changed; `ha-run verify` shows the cause; sshd on the nodes must allow TCP forwarding',
      },
    )
  } catch (error) {
    probes.stop([])
    throw error
  }
  return probes
}

async function probedRoute(cluster: Cluster, measured: Measured, route: Route): Promise<ProbedRoute> {
  const { through } = route
  const pace = paceOf(measured, route)
  if (measured === 'page') {
    const [{ address }] = cluster.floatingIps
    const url = new URL(`http://${urlHost(address)}/`)
    const judge = serverOf(cluster)
    const socket = await through?.connection.listen(`${urlHost(address)}:80`)
    const ask = async (signal: AbortSignal) => judge(await httpRequest(url, { socket, signal }))
    return { through: through?.name, loop: new ProbeLoop({ ask, ...pace }) }
  }
  const { ask, close } = await openProbe(measured, cluster, pace.timeoutMs, {
    through: through?.connection,
    isRepeated: true,
  })
  const askServer = async (signal: AbortSignal) => (await ask(signal)).server ?? ''
  return { through: through?.name, loop: new ProbeLoop({ ask: askServer, ...pace }), close }
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
