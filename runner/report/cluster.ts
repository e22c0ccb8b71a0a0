import { floatingIpsIn } from '../cluster/status/events.js'
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

/** The section of one cluster: problems stand before what is in order. */
export function clusterPart(cluster: ClusterTally, id: string, events: readonly AnyEvent[], all: Tally): Markup {
  const { name, headlines } = cluster
  const signal = events.findLast(event => event.event === 'topology' && event.cluster === name)
  const topology = signal?.event === 'topology' ? signal.topology : undefined
  const rounds = roundsOf(events, name)
  const serving = new Set([
    ...(topology ? floatingIpsIn(topology).flatMap(({ nodes }) => nodes) : []),
    ...rounds.flatMap(({ answers, result }) => [result.node, ...answers.flatMap(({ node }) => node ?? [])]),
  ])
  const colours = nodeColours(
    cluster.nodes.map(node => node.name),
    serving,
  )
  const tasks = all.tasks.filter(event => event.cluster === name)
  // A drill changes nothing, so the effects that it reports stand in its own section.
  const drillRemarks = [...new Set(tasks.flatMap(({ status, effects }) => (status === 'ok' ? (effects ?? []) : [])))]
  const asserted = all.assertions.filter(event => event.cluster === name)
  const proof = assertions(asserted, new Set(beforeDrill(events, name)))
  const hasFailed = asserted.some(({ status }) => status === 'failed')
  return html`<section class="cluster" id="${id}">
<h2>${short(name, 200)}</h2>
${section('Drill', drillParts(rounds, drillRemarks, colours), 'drill')}${section('Cluster', [
    topology && topologyFigure(name, topology, colours),
    headlines.size > 0 &&
      html`<dl class="headlines">${[...headlines].map(([label, text]) => html`<div><dt>${short(label, 60)}</dt><dd>${short(text, 400)}</dd></div>`)}</dl>\n`,
  ])}${hasFailed && proof}${changes(tasks)}${remarks(tasks)}${!hasFailed && proof}${rounds.length === 0 && inSync(tasks)}${nodesTable(cluster, topology)}</section>
`
}

/** The assertions that were checked before the first round of a drill, if they were checked again after it. */
function beforeDrill(events: readonly AnyEvent[], cluster: string): AssertionEvent[] {
  const first = events.findIndex(event => event.event === 'drill-round' && event.cluster === cluster)
  const earlier = events
    .slice(0, Math.max(first, 0))
    .filter(event => event.event === 'assertion')
    .filter(event => event.cluster === cluster)
  const wereCheckedAgain = events.slice(first).some(event => event.event === 'assertion' && event.cluster === cluster)
  return wereCheckedAgain ? earlier : []
}
