import type { Topology } from '../cluster/status/events.js'
import { clip, clipAddress } from '../ui/text.js'
import { html, type Markup } from './html.js'
import { line, rectangle, text } from './svg.js'

/** The card of a node in the picture of its cluster: name, address, state, resources, and each floating IP as a tab on top. */

export const card = { width: 152, gap: 16, tab: 22, head: 62, line: 16 } as const

/** Characters in a line of a card. */
const lineWidth = 18
const maxResources = 4

type Node = Topology['nodes'][number]

export interface CardContents {
  node: Node
  resources: string[]
  /** The floating IPs that the node has, and whether no other node has them. */
  floatingIps: { address: string; alone: boolean }[]
  /** The CSS class of the node's colour. */
  colour: string | undefined
}

/** The lines of a card below its head. */
export function resourceRows(resources: string[]): string[] {
  if (resources.length <= maxResources) return resources.map(id => clip(id, lineWidth, '…'))
  return [
    ...resources.slice(0, maxResources - 1).map(id => clip(id, lineWidth, '…')),
    `and ${resources.length - maxResources + 1} more`,
  ]
}

const states: Record<string, { symbol: string; tone: string }> = {
  online: { symbol: '●', tone: 'good' },
  standby: { symbol: '◐', tone: 'careful' },
  maintenance: { symbol: '◐', tone: 'careful' },
  pending: { symbol: '◌', tone: 'careful' },
}
const away = { symbol: '✖', tone: 'bad' }

/** @param x - with `y` the upper left corner of the card; its tabs are above. */
export function nodeCard(
  { node, resources, floatingIps, colour }: CardContents,
  x: number,
  y: number,
  height: number,
): Markup {
  const { symbol, tone } = states[node.state] ?? away
  const left = x + 14
  return html`<g class="node ${tone === 'bad' && 'away'}" data-node="${node.name}">
${floatingIps.toReversed().map(({ address, alone }, at) => {
  const top = y - card.tab * (floatingIps.length - at)
  return html`${rectangle(x, top, card.width, card.tab + 8, `tab ${alone ? 'address' : 'doubled'}`, 6)}
${text(left, top + card.tab - 7, clipAddress(address, lineWidth), 'on-tab')}`
})}
${rectangle(x, y, card.width, height, 'card', 6)}
${colour !== undefined && rectangle(x, y + 8, 4, height - 16, colour)}
${text(left, y + 20, clip(node.name, node.dc ? lineWidth - 8 : lineWidth - 5, '…'), 'name')}
${node.dc && text(x + card.width - 10, y + 20, 'DC', 'dc', 'end')}
${text(left, y + 36, clipAddress(node.address, lineWidth), 'quiet')}
${text(left, y + 52, clip(`${symbol} ${node.state}`, lineWidth, '…'), tone)}
${
  resources.length > 0 &&
  line(
    [
      [left, y + card.head - 1],
      [x + card.width - 10, y + card.head - 1],
    ],
    'rule',
  )
}
${resourceRows(resources).map((id, index) => text(left, y + card.head + 12 + index * card.line, id, 'resource'))}</g>`
}

/** @param lines - the most resource lines of any card in the row. */
export function cardHeight(lines: number): number {
  return card.head + (lines > 0 ? lines * card.line + 4 : 0)
}
