import test from 'ava'
import { linksOf } from '../../../runner/cluster/import/links.js'
import type { RunningMember } from '../../../runner/cluster/import/running-members.js'

const member = (...addresses: string[]): RunningMember => ({
  addresses: new Map(addresses.map((address, link) => [link, address])),
  others: new Map(),
})
const names = ['node1', 'node2']
const link1 = (one: string, other: string) => linksOf([member('192.168.0.1', one), member('192.168.0.2', other)], names)

test('a further link is declared if all of its addresses are of one family', t => {
  t.deepEqual(link1('fd00:2::1', 'fd00:2::2').declared, [
    new Map([
      ['node1', 'fd00:2::1'],
      ['node2', 'fd00:2::2'],
    ]),
  ])
  t.deepEqual(link1('10.0.0.1', 'fd00:2::2').kept, ['link 1: node1 10.0.0.1, node2 fd00:2::2'])
  t.deepEqual(link1('one.example.net', 'two.example.net').kept, [
    'link 1: node1 one.example.net, node2 two.example.net',
  ])
})
