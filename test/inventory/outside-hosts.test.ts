import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import { InventoryError } from '../../runner/errors.js'
import { loadInventory } from '../../runner/inventory/load.js'

/** A host outside every cluster may contain anything: only the nodes of clusters are read strictly. */

const cluster = '{ name: web, floating_ip: 192.168.0.10/24, fencing: disabled }'
const inYaml = (group: string) => `
all:
  hosts:
    bastion:
      ansible_host: "{{ lookup('env', 'BASTION') }}"
      ansible_port: any
      ansible_user: "-oProxyCommand=x"
      ansible_become: "{{ become }}"
      ansible_connection: local
  children:
    web:
      vars: { cluster: ${cluster} }
      hosts:
        node1: { ansible_host: 192.168.0.1 }
        node2: { ansible_host: 192.168.0.2 }
    ${group}: { hosts: { bastion: } }
`
const inIni = (
  group: string,
) => `bastion ansible_host="{{ lookup('env', 'BASTION') }}" ansible_port=any ansible_connection=local
[web]
node1 ansible_host=192.168.0.1
node2 ansible_host=192.168.0.2
[web:vars]
cluster={'name': 'web', 'floating_ip': '192.168.0.10/24', 'fencing': 'disabled'}
[${group}]
bastion
`
for (const [name, text] of [
  ['site.yml', inYaml],
  ['hosts', inIni],
] as const) {
  test(`${name}: a host that is in no cluster may contain anything`, t => {
    const load = (group: string) => {
      const folder = mkdtempSync(join(tmpdir(), 'ha-run-outside-'))
      t.teardown(() => rmSync(folder, { recursive: true }))
      writeFileSync(join(folder, name), text(group))
      return loadInventory(join(folder, name))
    }
    const inventory = load('others')
    t.deepEqual(
      readClusters(inventory)[0]!.nodes.map(node => [node.name, node.connection.host]),
      [
        ['node1', '192.168.0.1'],
        ['node2', '192.168.0.2'],
      ],
    )
    t.deepEqual(inventory.warnings, [])
    const { message } = t.throws(() => inventory.hosts.get('bastion')!.connection(), { instanceOf: InventoryError })
    t.regex(message, /^expected a value, got a Jinja expression/)
    if (name === 'hosts') t.throws(() => readClusters(load('web')), { message: /got a Jinja expression/ })
  })
}
