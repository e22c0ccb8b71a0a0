import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { judge } from '../../../runner/facts/firewall/judge.js'
import { parseNft } from '../../../runner/facts/firewall/nft.js'
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
function outputOf(files: {
  nft?: string
  listing?: string
  iptables?: string
  ip6tables?: string
  ufw: boolean
}): string {
  const section = (text: string | undefined) => `${text ?? ''}\0${text === undefined ? 127 : 0}\0`
  return [
    section(files.nft),
    section(files.listing),
    section(files.iptables),
    section(undefined),
    section(files.nft === undefined ? undefined : ''),
    `\0${files.ufw ? 0 : 1}\0`,
    '1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 192.168.0.1/24 brd 192.168.0.255 scope global eth0\n' +
      '2: eth0    inet6 fd00:1::1/64 scope global \n',
    '\0\0',
    section(files.ip6tables),
    section(undefined),
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
  const [nft, listing] = [text('nft.json'), text('nft.txt') ?? '']
  const [iptables, ip6tables] = [text('iptables.txt'), text('ip6tables.txt')]
  const { flows, ...expected } = schema.parse(load(text('flows.yml') ?? ''))
  test(name, t => {
    const firewall = parseFirewall({
      stdout: outputOf({
        ufw: expected.ufw,
        ...(nft !== undefined && { nft, listing }),
        ...(iptables !== undefined && { iptables }),
        ...(ip6tables !== undefined && { ip6tables }),
      }),
    })
    const { ufw, firewalld, nftTables, unreadable, interfaces } = firewall
    t.deepEqual({ ufw, firewalld, nftTables }, expected)
    t.deepEqual([unreadable, interfaces.get('192.168.0.1'), interfaces.get('fd00:1::1')], [[], 'eth0', 'eth0'])
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

test('in a table of both families, a condition on the header of one of them does not apply to packets of the other', t => {
  const match = (protocol: string, addr: string, len: number) => ({
    match: { op: '!=', left: { payload: { protocol, field: 'saddr' } }, right: { prefix: { addr, len } } },
  })
  const rule = (handle: number, expr: unknown[]) => ({
    rule: { family: 'inet', table: 't', chain: 'in', handle, expr },
  })
  const chains = parseNft(
    JSON.stringify({
      nftables: [
        { chain: { family: 'inet', table: 't', name: 'in', hook: 'input', policy: 'accept' } },
        rule(1, [match('ip', '192.168.0.0', 16), { drop: null }]),
        rule(2, [match('ip6', 'fd00:1::', 64), { drop: null }]),
      ],
    }),
    '',
  )
  const verdict = (from: string, to: string) => judge(chains, flowOf('in', `udp ${from} ${to} 5405`, 'new')).verdict
  t.is(verdict('fd00:1::2', 'fd00:1::1'), 'passes')
  t.is(verdict('fd00:2::2', 'fd00:1::1'), 'dropped')
  t.is(verdict('192.168.0.2', '192.168.0.1'), 'passes')
  t.is(verdict('10.0.0.2', '10.0.0.1'), 'dropped')
})
