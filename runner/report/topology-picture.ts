import { floatingIpsIn, type Topology } from '../cluster/status/events.js'
import { clip, clipAddress } from '../ui/text.js'
import type { Markup } from './html.js'
import { linkStates, type LinkState } from './link-lines.js'
import { card, cardHeight, nodeCard, resourceRows } from './node-card.js'
import { cross, drawing, line, rectangle, text, type Point } from './svg.js'

/** The distance between two links, and from a card to the first link. */
const pitch = 14

/** The height of the row of an address that no node has. */
const homelessPitch = 42

interface Placed {
  x: number
  /** The upper and the lower edge of the card. */
  top: number
  bottom: number
  row: number
}

/**
 * The nodes of a cluster as cards, in rows, with their links below: each link is a line to which every node is connected. Each floating
 * IP is a tab on the card of the node that has it.
 */
export function topologyPicture(
  topology: Topology,
  colours: ReadonlyMap<string, string>,
  label: string,
  width: number,
): Markup {
  const { nodes, resources } = topology
  const floatingIps = floatingIpsIn(topology)
  const links = linkStates(topology.links)
  const most = Math.max(1, Math.floor((width + card.gap) / (card.width + card.gap)))
  const columns = Math.max(1, Math.ceil(nodes.length / Math.ceil(nodes.length / most)))
  const isSingleRow = nodes.length <= columns
  const trunk = isSingleRow ? 0 : links.length * 8 + 6
  const homeless = floatingIps.filter(each => each.nodes.every(holder => !nodes.some(({ name }) => name === holder)))
  const tabsOf = (node: string) => floatingIps.filter(each => each.nodes.includes(node))
  const runsOn = (node: string) => resources.filter(one => one.nodes.includes(node)).map(({ id }) => id)

  const places: Placed[] = []
  let y = 2 + homeless.length * homelessPitch
  for (let row = 0; row * columns < nodes.length; row++) {
    const those = nodes.slice(row * columns, (row + 1) * columns)
    y += card.tab * Math.max(...those.map(({ name }) => tabsOf(name).length))
    const height = cardHeight(Math.max(...those.map(({ name }) => resourceRows(runsOn(name)).length)))
    those.forEach((_, column) =>
      places.push({ x: 1 + trunk + column * (card.width + card.gap), top: y, bottom: y + height, row }),
    )
    y += height + links.length * pitch + 16
  }
  const drawnWidth = trunk + columns * (card.width + card.gap) - card.gap + 2
  const placeOf = new Map(nodes.map(({ name }, at) => [name, places[at]!]))

  return drawing(Math.max(drawnWidth, 300), y + (links.length > 0 ? 6 : 0), label, [
    ...homeless.flatMap(({ address }, at) => [
      rectangle(1, 2 + at * homelessPitch, 298, 28, 'nowhere', 6),
      text(12, 21 + at * homelessPitch, `${clipAddress(address, 21)} is on no node`, 'bad'),
    ]),
    ...links.flatMap((link, at) => linkLines(link, at, links.length, placeOf, trunk)),
    ...nodes.map((node, at) => {
      const { x, top, bottom } = places[at]!
      return nodeCard(
        {
          node,
          resources: runsOn(node.name),
          colour: colours.get(node.name),
          floatingIps: tabsOf(node.name).map(each => ({ address: each.address, alone: each.nodes.length === 1 })),
        },
        x,
        top,
        bottom - top,
      )
    }),
  ])
}

/** One link: a line below each row of cards, and a trunk on the left between the rows. */
function linkLines(
  { number, down, broken, alive }: LinkState,
  at: number,
  count: number,
  placeOf: ReadonlyMap<string, Placed>,
  trunk: number,
): Markup[] {
  const places = [...placeOf.values()]
  const beside = (at - (count - 1) / 2) * 12
  const hangs = (place: Placed): Point => [place.x + card.width / 2 + beside, place.bottom + pitch * (at + 1)]
  const side = 4 + at * 8
  const kind = alive ? 'link' : 'link broken'
  const rows = [...new Set(places.map(({ row }) => row))].map(row =>
    places.filter(place => place.row === row).map(hangs),
  )
  const trunkEnds = [rows[0]!, rows.at(-1)!].map(([first]): Point => [side, first![1]])
  const firstRow = rows[0]!
  const [labelX, labelY] =
    firstRow.length > 1
      ? [(firstRow[0]![0] + firstRow[1]![0]) / 2, firstRow[0]![1]]
      : [firstRow[0]![0] + 34, firstRow[0]![1]]
  return [
    ...rows.map(row => line([...(trunk > 0 ? [[side, row[0]![1]] as const] : []), row[0]!, row.at(-1)!], kind)),
    ...(trunk > 0 ? [line(trunkEnds, kind)] : []),
    ...[...placeOf].flatMap(([node, place]) => {
      const [x, y] = hangs(place)
      const isDown = down.includes(node)
      return [
        line(
          [
            [x, place.bottom],
            [x, y],
          ],
          isDown ? 'link broken' : 'link',
        ),
        ...(isDown && alive ? [cross(x, y, 5, 'cut')] : []),
      ]
    }),
    ...broken.flatMap(pair => {
      const [from, to] = pair.map(node => placeOf.get(node)).map(place => place && hangs(place))
      if (!from || !to) return []
      // A line of its own, below that of the link, which connects their other peers. Between two rows, it would cross other nodes.
      if (from[1] !== to[1]) return [...stub(from, pair[1]), ...stub(to, pair[0])]
      const low = from[1] + 13
      return [
        line([from, [from[0], low], [to[0], low], to], 'link broken'),
        cross((from[0] + to[0]) / 2, low, 5, 'cut'),
      ]
    }),
    ...(alive ? [] : [cross(labelX - 30, labelY, 5, 'cut')]),
    text(labelX, labelY + 4, `link ${number}`, alive ? 'on-link' : 'on-link bad', 'middle'),
  ]
}

/** A short line that ends at a cross, with the name of the node that is not reached. */
function stub([x, y]: Point, missed: string): Markup[] {
  return [
    line(
      [
        [x, y],
        [x, y + 10],
      ],
      'link broken',
    ),
    cross(x, y + 10, 4, 'cut'),
    text(x + 9, y + 14, clip(missed, 8, '…'), 'on-link bad'),
  ]
}
