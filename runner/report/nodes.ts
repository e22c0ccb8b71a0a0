import type { Topology } from '../cluster/status/events.js'
import { statuses } from '../engine/events.js'
import { noCounts, sum, type ClusterTally } from '../ui/tally.js'
import { counted } from '../ui/text.js'
import type { Content } from './html.js'
import { folded, section, short, wideTable } from './parts.js'

/** From here on, the table of the nodes is folded. */
const manyNodes = 8

/** A row for each node: its state and the numbers of its results. Empty if no node has any result. */
export function nodesTable({ nodes, own }: ClusterTally, topology: Topology | undefined): Content {
  if (nodes.every(({ counts }) => sum(counts) === 0)) return undefined
  const total = noCounts()
  for (const counts of [...nodes.map(node => node.counts), own])
    for (const status of statuses) total[status] += counts[status]
  const shown = statuses.filter(status => total[status] > 0)
  const known = new Map(topology?.nodes.map(node => [node.name, node]))
  const head = ['Node', ...(topology ? ['Address', 'State'] : []), ...shown.map(status => status.replace('-', ' '))]
  const rows = nodes.map(({ name, counts }) => {
    const node = known.get(name)
    const state = topology
      ? [short(node?.address ?? '–', 60), `${short(node?.state ?? '–', 60)}${node?.dc ? ', DC' : ''}`]
      : []
    return [short(name, 80), ...state, ...shown.map(status => counts[status])]
  })
  const cluster =
    sum(own) > 0 ? [['the cluster', ...(topology ? ['', ''] : []), ...shown.map(status => own[status])]] : []
  const table = wideTable('Nodes and their results', head, [...rows, ...cluster])
  return section('Nodes', [nodes.length > manyNodes ? folded(counted(nodes.length, 'node'), table) : table])
}
