import { servesPage, type Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { Probe } from '../../runner/cluster/declaration/probe.js'
import type { ClusterMember } from '../../runner/cluster/members.js'
import { subjectOf } from '../../runner/cluster/probes/judge.js'
import { openProbe } from '../../runner/cluster/probes/open.js'
import { httpGet, isDirect } from '../../runner/ssh/http.js'
import { deadline } from '../../runner/ssh/probe-loop.js'

/** What a drill measures: the page of ha-run, or a declared probe. */
export type Measured = Probe | 'page'

/** What a drill of the cluster measures; nothing if it serves no page and declares no probe. */
export function measuredIn(cluster: Cluster): Measured[] {
  return cluster.probes ?? (servesPage(cluster) ? ['page'] : [])
}

/** The subject of sentences about it. */
export function nameOf(measured: Measured): string {
  return measured === 'page' ? 'the page' : `the probe ${measured.name}`
}

/** How this machine reaches a service: directly, or through members. */
export type Route = { through?: ClusterMember }

const directTimeoutMs = 5000

/**
 * How this machine reaches a service: directly, or through members, in the order of their preference. That is through one that is not
 * drilled, the last one, since Pacemaker tends to move resources to the first. If that one may be fenced, it is requested through the
 * drilled node too.
 */
export async function routesTo(
  measured: Measured,
  cluster: Cluster,
  others: ClusterMember[],
  mayBeFenced: ClusterMember[],
): Promise<Route[]> {
  // A command finds its way itself.
  if (measured !== 'page' && measured.kind === 'command') return [{}]
  const preferred = others.findLast(({ unreachable }) => !unreachable)!
  const direct =
    (await isDirect(preferred.node.connection, preferred.connection.settings)) &&
    (await askOnce(measured, cluster).then(
      () => true,
      () => false,
    ))
  if (direct) return [{}]
  const further = mayBeFenced.includes(preferred) ? mayBeFenced.filter(member => member !== preferred) : []
  return [preferred, ...further].map(through => ({ through }))
}

async function askOnce(measured: Measured, cluster: Cluster): Promise<unknown> {
  if (measured === 'page') return httpGet(cluster.floatingIps[0].address, '/')
  const { signal, cancel } = deadline(directTimeoutMs)
  const opened = await openProbe(measured, cluster, directTimeoutMs)
  return opened.ask(signal).finally(cancel)
}

/** How often a service is asked, and how long an answer may take. */
export interface Pace {
  intervalMs: number
  timeoutMs: number
  /** One after the other. */
  isSequential: boolean
}

/** A node starts a process for each connection that it opens itself; a program of the user's may take long and need much. */
export function paceOf(measured: Measured, { through }: Route): Pace {
  const often = { intervalMs: 40, timeoutMs: 1500, isSequential: false }
  if (measured === 'page') return often
  const { kind, timeoutMs } = measured
  if (kind === 'command') return { intervalMs: 500, timeoutMs: timeoutMs ?? 10_000, isSequential: true }
  const intervalMs = kind !== 'http' && through ? 200 : often.intervalMs
  return { ...often, intervalMs, ...(timeoutMs !== undefined && { timeoutMs }) }
}

/** How a service is requested, as a sentence: `the page is requested 25 times a second, from this machine`. */
export function describeRoutes(measured: Measured, routes: Route[]): string {
  const { intervalMs, isSequential } = paceOf(measured, routes[0] ?? {})
  const subject = measured === 'page' ? 'the page' : `${nameOf(measured)} (${subjectOf(measured)})`
  const often = `${1000 / intervalMs} times a second${isSequential ? ' at most' : ''}`
  const names = routes.flatMap(({ through }) => through?.name ?? [])
  const way = names.length === 0 ? 'from this machine' : `through ${names.join(' and ')}`
  return `${subject} is requested ${often}, ${way}${names.length > 1 ? ', since either may be fenced' : ''}`
}
