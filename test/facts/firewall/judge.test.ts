import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { judge } from '../../../runner/facts/firewall/judge.js'
import { parseFirewall } from '../../../runner/facts/firewall/read.js'
import type { Flow } from '../../../runner/facts/firewall/ruleset.js'

/** What nft and iptables-save printed on a node, and flows, each with what the rules do with it. */
const schema = z.strictObject({
  ufw: z.boolean().default(false),
  firewalld: z.boolean().default(false),
  nftTables: z.array(z.string()).default([]),
  flows: z.array(
    z.strictObject({
      /** Protocol, source, destination, destination port. */
      in: z.string().optional(),
      out: z.string().optional(),
      state: z.enum(['new', 'established']).default('new'),
      passes: z.literal(true).optional(),
      dropped: z.string().optional(),
      unclear: z.string().optional(),
    }),
  ),
})

const folder = join('test', 'cases', 'firewall')

/** The output of the fact's script, from what its tools print. */
function outputOf(files: { nft?: string; listing?: string; iptables?: string; ufw: boolean }): string {
  const section = (text: string | undefined) => `${text ?? ''}\0${text === undefined ? 127 : 0}\0`
  return [
    section(files.nft),
    section(files.listing),
    section(files.iptables),
    section(undefined),
    section(files.nft === undefined ? undefined : ''),
    `\0${files.ufw ? 0 : 1}\0`,
    '1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 192.168.0.1/24 brd 192.168.0.255 scope global eth0\n',
  ].join('')
}

function flowOf(direction: 'in' | 'out', words: string, state: Flow['state']): Flow {
  const [protocol, from = '', to = '', port] = words.split(' ')
  if (protocol !== 'udp' && protocol !== 'tcp') throw new Error(words)
  return { direction, protocol, from, to, port: Number(port), interface: 'eth0', state }
}

for (const name of readdirSync(folder)) {
  const text = (file: string) => {
    const path = join(folder, name, file)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }
  const [nft, listing, iptables] = [text('nft.json'), text('nft.txt') ?? '', text('iptables.txt')]
  const { flows, ...expected } = schema.parse(load(text('flows.yml') ?? ''))
  test(name, t => {
    const firewall = parseFirewall({
      stdout: outputOf({
        ufw: expected.ufw,
        ...(nft !== undefined && { nft, listing }),
        ...(iptables !== undefined && { iptables }),
      }),
    })
    const { ufw, firewalld, nftTables, unreadable, interfaces } = firewall
    t.deepEqual({ ufw, firewalld, nftTables }, expected)
    t.deepEqual([unreadable, interfaces.get('192.168.0.1')], [[], 'eth0'])
    for (const { in: incoming, out, state, ...wanted } of flows) {
      const words = incoming ?? out ?? ''
      const { verdict, rules } = judge(firewall.chains, flowOf(incoming === undefined ? 'out' : 'in', words, state))
      const by = rules.map(rule => `${rule.chain.table} ${rule.chain.name}: ${rule.text}`).join('; ')
      t.deepEqual({ [verdict]: verdict === 'passes' ? true : by }, wanted, `${words} ${state}`)
    }
  })
}

test('an answer that is not understood is reported, and a missing tool has no rules', t => {
  t.deepEqual(parseFirewall({ stdout: outputOf({ ufw: false }) }).unreadable, [])
  t.deepEqual(parseFirewall({ stdout: outputOf({ ufw: false, nft: '{"nftables": 1}', listing: '' }) }).unreadable, [
    '`nft -j list ruleset` has failed, or its output is not understood',
  ])
  t.is(parseFirewall({ stdout: outputOf({ ufw: false, nft: '', listing: '' }) }).unreadable.length, 1)
})
