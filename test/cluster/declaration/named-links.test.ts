import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import type { NodeReport } from '../../../runner/cluster/declaration/named-links.js'
import { readClusters } from '../../../runner/cluster/declaration/read.js'
import { InventoryError } from '../../../runner/errors.js'
import { loadInventory } from '../../../runner/inventory/load.js'

/** What the reachable nodes report, and the links of all nodes or the error. Hosts that are left out have their FQDN as ansible_host. */
const schema = z.strictObject({
  title: z.string(),
  hosts: z.record(z.string(), z.strictObject({ ansible_host: z.string() }).nullable()).default({
    node1: { ansible_host: 'node1.example.net' },
    node2: { ansible_host: 'node2.example.net' },
  }),
  links_declared: z.array(z.record(z.string(), z.string())).optional(),
  reports: z.record(
    z.string(),
    z
      .object({ has: z.array(z.string()), ring: z.record(z.string(), z.string()).default({}) })
      .catchall(z.array(z.string())),
  ),
  links: z.record(z.string(), z.array(z.string())).optional(),
  error: z.string().optional(),
})
type Case = z.infer<typeof schema>

const inventoryText = ({ hosts, links_declared: links }: Case) =>
  [
    'all:',
    '  vars:',
    '    cluster:',
    '      name: pacemaker1',
    '      fencing: disabled',
    '      floating_ip: 192.168.0.10/24',
    ...(links ? [] : ['      # one link']),
    ...(links ? ['      corosync:', '        links:', `          - ${JSON.stringify(links[0])}`] : []),
    '  hosts:',
    ...Object.entries(hosts).map(
      ([name, vars]) => `    ${name}:${vars ? `     { ansible_host: ${vars.ansible_host} }` : ''}`,
    ),
    '',
  ].join('\n')

const reportsOf = ({ reports }: Case): NodeReport[] =>
  Object.entries(reports).map(([node, { has, ring, ...resolved }]) => ({
    node,
    addresses: has,
    resolved: new Map(Object.entries(resolved)),
    ring: Object.entries(ring).map(([name, address]) => ({ name, address })),
  }))

const directory = mkdtempSync(join(tmpdir(), 'ha-run-named-links-'))
test.after.always(() => rmSync(directory, { recursive: true }))

const cases = join('test', 'cases', 'named-links')
for (const file of readdirSync(cases).toSorted()) {
  const given = schema.parse(load(readFileSync(join(cases, file), 'utf8')))
  test(`named-links/${file}: ${given.title}`, t => {
    const path = join(directory, file)
    writeFileSync(path, inventoryText(given))
    const [cluster] = readClusters(loadInventory(path))
    const resolve = () => cluster!.unresolved!.resolve(reportsOf(given))
    if (given.error === undefined) {
      t.deepEqual(Object.fromEntries(resolve().map(({ name, links }) => [name, links])), given.links)
    } else {
      const { message, hint } = t.throws(resolve, { instanceOf: InventoryError })
      const [first = ''] = message.replace(`"${path}"`, '"site.yml"').split('\n', 1)
      t.is([first, ...(hint === undefined ? [] : [hint]), ''].join('\n'), given.error)
    }
  })
}
