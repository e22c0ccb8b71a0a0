import { serviceFact, type FrameTimes, type Fact } from '../../runner/facts/fact.js'
import { parseCmap } from '../../runner/cluster/corosync/cmap.js'

/** Corosync's counters of a knet link to a node (also to the node itself), since Corosync started. */
export interface LinkTraffic {
  nodeId: number
  link: number
  enabled: boolean
  connected: boolean
  /** How often it went down. */
  downs: number
  /** Packets of all kinds. They include knet's pings, so that an idle link has several a second. */
  received: bigint
  sent: bigint
}

/** The counters of all links, and when they were read. */
export interface TrafficCount {
  asked: FrameTimes
  links: LinkTraffic[]
}

/** Undefined if Corosync does not run or does not use knet: other transports have no counters. */
export const linkTraffic: Fact<TrafficCount | undefined> = {
  family: {
    ...serviceFact(
      'corosync',
      'corosync-cmapctl -m stats',
      () => undefined,
      'corosync-cmapctl -m stats stats.knet.node',
    ).family,
    parse: ({ stdout, exitCode }, _, asked) => [
      exitCode === 0 ? { asked: asked!, links: parseKnetStats(stdout) } : undefined,
    ],
  },
  argument: '',
}

/**
 * Reads what `corosync-cmapctl -m stats stats.knet.node` prints of Corosync 3.
 * @throws Error at a line that is no key.
 */
export function parseKnetStats(text: string): LinkTraffic[] {
  const links = new Map<string, Map<string, string>>()
  for (const [key, { value }] of parseCmap(text)) {
    const [, node, link, name] = /^stats\.knet\.node(\d+)\.link(\d+)\.(\w+)$/.exec(key) ?? []
    if (name === undefined) continue
    const id = `${node}.${link}`
    const values = links.get(id) ?? new Map<string, string>()
    links.set(id, values.set(name, value))
  }
  return [...links].map(([id, values]) => {
    const [nodeId = 0, link = 0] = id.split('.').map(Number)
    const number = (name: string) => BigInt(values.get(name) ?? 0)
    return {
      nodeId,
      link,
      enabled: values.get('enabled') === '1',
      connected: values.get('connected') === '1',
      downs: Number(number('down_count')),
      received: number('rx_total_packets'),
      sent: number('tx_total_packets'),
    }
  })
}
