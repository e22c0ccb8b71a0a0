import { floatingIpsIn, type Topology } from '../cluster/status/events.js'
import { grouped, names } from '../ui/text.js'
import { html, type Markup } from './html.js'
import { linkStates } from './link-lines.js'
import { responsive, short } from './parts.js'
import { topologyPicture } from './topology-picture.js'

/** The picture of a cluster, with the same as text below it. */
export function topologyFigure(cluster: string, topology: Topology, colours: ReadonlyMap<string, string>): Markup {
  return html`<figure class="topology">
${responsive(width => topologyPicture(topology, colours, `Nodes, links and resources of ${short(cluster, 60)}; the text is below`, width))}
<figcaption>${topologyText(topology).map(sentence => `${short(sentence, 400)}. `)}</figcaption>
</figure>
`
}

/** The content of the picture, as sentences without full stops. */
export function topologyText(topology: Topology): string[] {
  const { nodes, links, resources } = topology
  const states = grouped(nodes, ({ state }) => state).map(
    group => `${names(group.map(({ name }) => name))} ${group[0]!.state}`,
  )
  const dcs = nodes.filter(({ dc }) => dc).map(({ name }) => name)
  const places = grouped(resources, one => JSON.stringify(one.nodes)).map(
    group =>
      `${names(group.map(({ id }) => id))} ${group[0]!.nodes.length === 0 ? 'nowhere' : `on ${names(group[0]!.nodes)}`}`,
  )
  return [
    states.join(', '),
    dcs.length === 0 ? 'No DC' : `DC ${names(dcs)}`,
    ...floatingIpsIn(topology).map(({ address, nodes: holders }) => `${address} ${heldBy(holders)}`),
    ...(places.length > 0 ? [places.join(', ')] : []),
    ...linkStates(links).map(({ number, down, broken, alive }) => {
      if (!alive) return `Link ${number} connects nobody`
      const troubles = [
        ...(down.length > 0 ? [`not ${names(down)}`] : []),
        ...broken.map(pair => `not ${pair.join(' with ')}`),
      ]
      return `Link ${number} connects ${troubles.length === 0 ? 'all nodes' : `the nodes, but ${troubles.join(', ')}`}`
    }),
  ]
}

function heldBy(nodes: string[]): string {
  if (nodes.length === 0) return 'is on no node'
  return nodes.length === 1 ? `is on ${nodes[0]}` : `is on ${nodes.length} nodes at once: ${names(nodes)}`
}
