import type { HttpResponse } from '../../ssh/http.js'
import type { Cluster } from '../declaration/declaration.js'
import type { DnsProbe, HttpProbe, Probe } from '../declaration/probe.js'

/** What was seen in a good answer, the same for each one, and the node that sent it if it shows that. */
export interface Answer {
  text: string
  server?: string | undefined
}

/** @throws Error with the reason if the response is not the expected one. */
export function judgeResponse(
  { status, expect }: HttpProbe,
  response: HttpResponse,
  cluster: Pick<Cluster, 'page' | 'nodes'>,
): Answer {
  const isGood = status === undefined ? response.status >= 200 && response.status < 300 : response.status === status
  if (!isGood) throw new Error(`HTTP ${response.status}${status === undefined ? '' : `, ${status} is expected`}`)
  if (expect !== undefined && !response.body.includes(expect))
    throw new Error(`HTTP ${response.status}, without the text ${JSON.stringify(expect)}`)
  return { text: `HTTP ${response.status}`, server: nodeOfPage(response.body, cluster) }
}

/** The node whose page this is, if ha-run's page shows that. */
function nodeOfPage(body: string, { page, nodes }: Pick<Cluster, 'page' | 'nodes'>): string | undefined {
  return page.includes('{node}') ? nodes.find(({ name }) => body === page.replaceAll('{node}', name))?.name : undefined
}

/** @param records - the answer. @throws Error with the reason if it is not the expected one. */
export function judgeRecords({ query, type, expect }: DnsProbe, records: string[]): Answer {
  if (expect === undefined) return { text: `${query} has a record of type ${type}` }
  if (!records.includes(expect)) throw new Error(`${query} is ${records.join(', ')}, ${expect} is expected`)
  return { text: `${query} is ${expect}` }
}

/** What a probe asks, for messages. */
export function subjectOf(probe: Probe): string {
  switch (probe.kind) {
    case 'http':
      return probe.url
    case 'dns':
      return `${probe.query} at ${probe.server}${probe.port === 53 ? '' : ` port ${probe.port}`}`
    case 'tcp':
      return `TCP port ${probe.port} of ${probe.host}`
    default:
      return probe.command.join(' ')
  }
}
