import { readFileSync } from 'node:fs'
import test from 'ava'
import { corosyncSchema } from '../../runner/cluster/declaration/corosync-settings.js'
import { clusterSchema } from '../../runner/cluster/declaration/schema.js'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import { loadInventory } from '../../runner/inventory/load.js'

/** The example is the documentation: it must be complete, and it must be right. */

const file = 'inventory/example.yml'
const [declared] = readClusters(loadInventory(file))

test('loads without a warning', t => t.deepEqual(loadInventory(file).warnings, []))

test('its cluster settings are the defaults', t => {
  const [smallest] = readClusters(loadInventory('test/cases/declaration/good-smallest/inventory.yml'))
  const { token_coefficient, ...totem } = declared!.corosync.totem
  t.is(token_coefficient, '650')
  const resources = declared!.resources.map(resource => {
    // The example names an interface, and with it the agent is told one.
    if (resource.kind === 'primitive') delete resource.params['nic']
    return resource
  })
  t.deepEqual(
    {
      ...declared,
      resources,
      corosync: { ...declared!.corosync, totem },
      nodes: [],
      explicit: undefined,
      errorAt: undefined,
    },
    { ...smallest, nodes: [], explicit: undefined, errorAt: undefined },
  )
})

const keys = (schema: { shape: object }): string[] => Object.keys(schema.shape)

const text = readFileSync(file, 'utf8')
const named = test.macro({
  exec: (t, key: string) => t.true(new RegExp(`^\\s*(#\\s+)?${key}:`, 'm').test(text)),
  title: (section = '', key: string) => `${section} explains ${key}`.trim(),
})
for (const key of keys(clusterSchema)) test(named, key)
for (const key of keys(corosyncSchema)) test('corosync:', named, key)
for (const key of ['location', 'colocation', 'order', 'agent', 'params', 'op', 'meta', 'clone', 'group']) {
  test(named, key)
}
for (const key of [
  'address',
  'gateway',
  'dns',
  'interface',
  'ansible_host',
  'ansible_port',
  'ansible_user',
  'ansible_ssh_private_key_file',
  'ansible_become',
]) {
  test(named, key)
}
