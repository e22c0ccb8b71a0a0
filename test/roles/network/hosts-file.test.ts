import test from 'ava'
import fc from 'fast-check'
import { z } from 'zod'
import { hostsFile } from '../../../roles/network/hosts-file.js'
import { casesIn } from './cases.js'

const hostsCase = z.strictObject({
  file: z.string(),
  nodes: z.array(z.strictObject({ name: z.string(), address: z.string() })),
  written: z.string(),
})

for (const [name, { file, nodes, written }] of casesIn('hosts', hostsCase)) {
  test(name, t => {
    t.is(hostsFile(file, nodes), written)
    t.is(hostsFile(written, nodes), written)
  })
}

const nodes = [
  { name: 'node1', address: '192.168.0.1' },
  { name: 'node2', address: '192.168.0.2' },
]
const name = fc.constantFrom('node1', 'node2', 'NODE1', 'node10', 'localhost', 'node1.example.org')
const address = fc.constantFrom('127.0.0.1', '127.0.1.1', '192.168.0.1', '192.168.0.2', '192.168.0.10', '::1')
const separator = fc.constantFrom(' ', '\t', '  ')
const lineEnd = fc.constantFrom('\n', '\r\n')
const names = fc.array(
  fc.tuple(separator, name).map(parts => parts.join('')),
  { minLength: 1, maxLength: 4 },
)
const entry = fc
  .tuple(address, names, fc.constantFrom('', ' ', ' # node1', '#node2'))
  .map(([ip, chosen, comment]) => ip + chosen.join('') + comment)
const line = fc.tuple(fc.oneof(entry, fc.constantFrom('', '# 127.0.1.1 node1', '   ', '192.168.0.1')), lineEnd)
const hosts = fc
  .tuple(fc.array(line.map(parts => parts.join(''))), fc.oneof(entry, fc.constant('')))
  .map(([lines, last]) => lines.join('') + last)

test('every node ends up on its own IPv4 address only, and nothing else is changed', t => {
  fc.assert(
    fc.property(hosts, file => {
      const written = hostsFile(file, nodes)
      t.is(hostsFile(written, nodes), written)
      t.true(written.endsWith('\n'))
      const entries = entriesOf(written)
      for (const node of nodes) {
        const addresses = entries.filter(([, ...found]) => found.includes(node.name)).map(([ip]) => ip)
        t.true(addresses.includes(node.address))
        t.true(addresses.every(ip => ip === node.address || ip === '::1'))
      }
      t.deepEqual(ipv6Lines(written), ipv6Lines(file))
      const [before, after] = [entriesOf(file), entries].map(found => new Set(found.flatMap(([, ...names]) => names)))
      t.deepEqual(
        [...before!].filter(lost => !after!.has(lost)),
        [],
      )
      const rest = written.split(/\r?\n/)
      for (const kept of foreignLines(file)) {
        const at = rest.indexOf(kept)
        t.not(at, -1, kept)
        rest.splice(0, at + 1)
      }
    }),
  )
})

function entriesOf(text: string): string[][] {
  return text.split(/\r?\n/).map(one => one.replace(/#.*/, '').trim().toLowerCase().split(/\s+/))
}

function ipv6Lines(text: string): string[] {
  return text.split(/\r?\n/).filter(one => one.startsWith('::1'))
}

/** The lines without a node's name, including comments. */
function foreignLines(text: string): string[] {
  return text.split(/\r?\n/).filter(one => one !== '' && !/\snode[12](\s|$|#)/i.test(one.replace(/#.*/, '')))
}
