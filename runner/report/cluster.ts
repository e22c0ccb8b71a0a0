import type { AssertionEvent } from '../engine/events.js'
import type { AnyEvent } from '../ui/visible.js'
import type { ClusterTally, Tally } from '../ui/tally.js'
import { assertions } from './assertions.js'
import { nodeColours } from './colours.js'
import { drillParts } from './drill.js'
import { html, type Markup } from './html.js'
import { nodesTable } from './nodes.js'
import { section, short } from './parts.js'
import { roundsOf } from './rounds.js'
import { changes, inSync, remarks } from './tasks.js'
import { topologyFigure } from './topology.js'

/** All that a run told of one cluster; what needs somebody stands before what is as it should be. */
export function clusterPart(cluster: ClusterTally, id: string, events: readonly AnyEvent[], all: Tally): Markup {
  const { name, headlines } = cluster
  const topology = events.findLast(event => event.event === 'topology' && event.cluster === name)
  const shown = topology?.event === 'topology' ? topology.topology : undefined
  const rounds = roundsOf(events, name)
  const serving = new Set([
    ...shown?.floatingIp.nodes ?? [],
    ...rounds.flatMap(({ answers, result }) => [result.node, ...answers.flatMap(({ node }) => node ?? [])]),
  ])
  const colours = nodeColours(cluster.nodes.map(node => node.name), serving)
  const tasks = all.tasks.filter(event => event.cluster === name)
  // A drill changes nothing; what it says all the same stands with it.
  const said = [...new Set(tasks.flatMap(({ status, effects }) => status === 'ok' ? effects ?? [] : []))]
  const asserted = all.assertions.filter(event => event.cluster === name)
  const proof = assertions(asserted, new Set(beforeDrill(events, name)))
  const hasFailed = asserted.some(({ status }) => status === 'failed')
  return html`<section class="cluster" id="${id}">
<h2>${short(name, 200)}</h2>
${section('Drill', drillParts(rounds, said, colours), 'drill')}${section('Cluster', [
  shown && topologyFigure(name, shown, colours),
  headlines.size > 0 && html`<dl class="headlines">${[...headlines].map(([label, text]) => html`<div><dt>${short(label, 60)}</dt><dd>${short(text, 400)}</dd></div>`)}</dl>\n`,
])}${hasFailed && proof}${changes(tasks)}${remarks(tasks)}${!hasFailed && proof}${rounds.length === 0 && inSync(tasks)}${nodesTable(cluster, shown)}</section>
`
}

/** The assertions that a drill made before its first round: what it found, not how it has left the cluster. */
function beforeDrill(events: readonly AnyEvent[], cluster: string): AssertionEvent[] {
  const first = events.findIndex(event => event.event === 'drill-round' && event.cluster === cluster)
  const those = events.slice(0, Math.max(first, 0)).filter(event => event.event === 'assertion').filter(event => event.cluster === cluster)
  const wereMadeAgain = events.slice(first).some(event => event.event === 'assertion' && event.cluster === cluster)
  return wereMadeAgain ? those : []
}
