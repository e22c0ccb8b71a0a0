import type { Topology } from '../cluster/status/events.js'
import { clip } from '../ui/text.js'
import { html, type Markup } from './html.js'
import { line, rectangle, text } from './svg.js'

/** A node in the picture of its cluster: its name, address and state, what runs there, and the floating IP as a tab on top. */

export const card = { width: 152, gap: 16, tab: 22, head: 62, line: 16 } as const

/** Characters that fit into a card's line. */
const room = 18
const mostResources = 4

type Node = Topology['nodes'][number]

export interface CardContents {
  node: Node
  resources: string[]
  /** The floating IP, where the node has it, and whether it alone has. */
  floatingIp: { address: string; alone: boolean } | undefined
  /** The class of the node's colour. */
  colour: string | undefined
}

/** Lines that a card has below its head. */
export function resourceLines(resources: string[]): string[] {
  if (resources.length <= mostResources) return resources.map(id => clip(id, room, '…'))
  return [...resources.slice(0, mostResources - 1).map(id => clip(id, room, '…')), `and ${resources.length - mostResources + 1} more`]
}

const states: Record<string, { symbol: string; tone: string }> = {
  online: { symbol: '●', tone: 'good' },
  standby: { symbol: '◐', tone: 'careful' },
  maintenance: { symbol: '◐', tone: 'careful' },
  pending: { symbol: '◌', tone: 'careful' },
}
const away = { symbol: '✖', tone: 'bad' }

/** @param x - and `y`: the card's upper left corner, its tab above. */
export function nodeCard({ node, resources, floatingIp, colour }: CardContents, x: number, y: number, height: number): Markup {
  const { symbol, tone } = states[node.state] ?? away
  const left = x + 14
  return html`<g class="node ${tone === 'bad' && 'away'}" data-node="${node.name}">
${floatingIp && html`${rectangle(x, y - card.tab, card.width, card.tab + 8, `tab ${floatingIp.alone ? 'address' : 'doubled'}`, 6)}
${text(left, y - 7, clip(floatingIp.address, room, '…'), 'on-tab')}`}
${rectangle(x, y, card.width, height, 'card', 6)}
${colour !== undefined && rectangle(x, y + 8, 4, height - 16, colour)}
${text(left, y + 20, clip(node.name, node.dc ? room - 8 : room - 5, '…'), 'name')}
${node.dc && text(x + card.width - 10, y + 20, 'DC', 'dc', 'end')}
${text(left, y + 36, clip(node.address, room, '…'), 'quiet')}
${text(left, y + 52, clip(`${symbol} ${node.state}`, room, '…'), tone)}
${resources.length > 0 && line([[left, y + card.head - 1], [x + card.width - 10, y + card.head - 1]], 'rule')}
${resourceLines(resources).map((id, index) => text(left, y + card.head + 12 + index * card.line, id, 'resource'))}</g>`
}

/** @param lines - how many resources its row's fullest card shows. */
export function cardHeight(lines: number): number {
  return card.head + (lines > 0 ? lines * card.line + 4 : 0)
}
