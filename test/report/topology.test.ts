import test from 'ava'
import type { Topology } from '../../runner/cluster/status/events.js'
import { linkStates } from '../../runner/report/link-lines.js'
import { resourceRows } from '../../runner/report/node-card.js'
import { nodeColours } from '../../runner/report/colours.js'
import { topologyPicture } from '../../runner/report/topology-picture.js'
import { topologyText } from '../../runner/report/topology.js'
import { reportCases } from './cases.js'

const link = (one: string, other: string, connected = true, number = 0) => ({
  number,
  between: [one, other] as [string, string],
  connected,
})

test('a node that has lost all its peers is one node down, not a broken pair with each', t => {
  t.deepEqual(linkStates([link('a', 'b', false), link('a', 'c'), link('b', 'c', false)]), [
    { number: 0, down: ['b'], broken: [], alive: true },
  ])
  t.deepEqual(linkStates([link('a', 'b', false), link('a', 'c'), link('b', 'c')]), [
    { number: 0, down: [], broken: [['a', 'b']], alive: true },
  ])
  t.deepEqual(linkStates([link('a', 'b', false)]), [{ number: 0, down: ['a', 'b'], broken: [], alive: false }])
  t.deepEqual(
    linkStates([link('a', 'b', true, 1), link('a', 'b', true, 0)]).map(({ number }) => number),
    [0, 1],
  )
  t.deepEqual(linkStates([]), [])
})

const topologies = reportCases.flatMap(({ name, events }) =>
  events.flatMap(event => (event.event === 'topology' ? { name, topology: event.topology } : [])),
)

test('every node has a card, with a tab if it has the floating IP', t => {
  for (const { name, topology } of topologies) {
    for (const width of [800, 328]) {
      const svg = String(topologyPicture(topology, new Map(), 'label', width))
      t.is(svg.match(/data-node=/g)?.length, topology.nodes.length, name)
      const holders = topology.floating_ip.nodes.filter(holder => topology.nodes.some(node => node.name === holder))
      t.is(svg.match(/class="tab /g)?.length ?? 0, holders.length, name)
      t.is(svg.includes('is on no node'), holders.length === 0, name)
      t.is(svg.includes('tab doubled'), holders.length > 1, name)
    }
  }
})

test('each of several addresses has a tab, or a row if no node has it', t => {
  const [{ topology }] = topologies.filter(each => each.topology.nodes.length === 2) as [(typeof topologies)[0]]
  const [node] = topology.nodes as [Topology['nodes'][0]]
  const several = {
    ...topology,
    floating_ip: { address: '192.168.0.10', nodes: [node.name] },
    further_floating_ips: [
      { address: 'fd00:1::10', nodes: [node.name] },
      { address: '192.168.0.11', nodes: [] },
    ],
  }
  const svg = String(topologyPicture(several, new Map(), 'label', 800))
  t.is(svg.match(/class="tab address/g)?.length, 2)
  t.is(svg.match(/is on no node/g)?.length, 1)
  t.true(topologyText(several).includes(`fd00:1::10 is on ${node.name}`))
  t.true(topologyText(several).includes('192.168.0.11 is on no node'))
})

test('every element is inside the picture', t => {
  for (const { name, topology } of topologies) {
    for (const width of [800, 328]) {
      const svg = String(topologyPicture(topology, new Map(), 'label', width))
      const [, wide, high] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number)
      t.true(wide! <= width + 30, name)
      for (const [, x, y] of svg.matchAll(/ x="(-?[\d.]+)" y="(-?[\d.]+)"/g))
        t.true(Number(x) >= 0 && Number(x) <= wide! && Number(y) >= 0 && Number(y) <= high!, `${name}: ${x} ${y}`)
      for (const [, points = ''] of svg.matchAll(/points="([^"]*)"/g)) {
        t.true(
          points
            .split(' ')
            .every(point =>
              point.split(',').every((value, at) => Number(value) >= 0 && Number(value) <= (at === 0 ? wide! : high!)),
            ),
          `${name}: ${points}`,
        )
      }
    }
  }
})

test('a cluster without nodes, links and address is drawn', t => {
  const empty: Topology = { nodes: [], links: [], resources: [], floating_ip: { address: '192.168.0.10', nodes: [] } }
  t.notThrows(() => String(topologyPicture(empty, new Map(), 'label', 328)))
  t.deepEqual(topologyText(empty), ['', 'No DC', '192.168.0.10 is on no node'])
})

test('of many resources, a card shows the first ones and the number of the others', t => {
  t.deepEqual(resourceRows(['a', 'b']), ['a', 'b'])
  t.deepEqual(resourceRows(['a', 'b', 'c', 'd', 'e', 'f']), ['a', 'b', 'c', 'and 3 more'])
})

test('nodes that serve have colours in the order of the inventory; after five, all have the same', t => {
  t.deepEqual(
    [...nodeColours(['a', 'b', 'c'], new Set(['c', 'a', 'x']))],
    [
      ['a', 'node0'],
      ['c', 'node1'],
      ['x', 'node2'],
    ],
  )
  t.is(nodeColours([], new Set('abcdefgh')).get('h'), 'node5')
})

test('a long IPv6 address keeps both ends, which tell it from others of its network', t => {
  const [{ topology }] = topologies.filter(each => each.topology.nodes.length === 2) as [(typeof topologies)[0]]
  const [node] = topology.nodes as [Topology['nodes'][0]]
  const address = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1'
  const svg = String(
    topologyPicture(
      {
        ...topology,
        nodes: [{ ...node, address }],
        floating_ip: { address: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:10', nodes: [node.name] },
      },
      new Map(),
      'label',
      800,
    ),
  )
  const shown = [...svg.matchAll(/>(2001:[^<]*…[^<]*)</g)].map(([, text = '']) => text)
  t.is(shown.length, 2)
  t.true(shown.every(text => text.length <= 18))
  t.deepEqual(shown.map(text => text.slice(-3)).toSorted(), [':10', 'e:1'])
})
