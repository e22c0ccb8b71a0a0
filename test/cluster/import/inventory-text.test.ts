import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { load } from 'js-yaml'
import { inventoryText } from '../../../runner/cluster/import/inventory-text.js'
import { mostTrustedFirst } from '../../../runner/cluster/import/same-cluster.js'
import { readClusters } from '../../../runner/cluster/declaration/read.js'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import { TaskError } from '../../../runner/errors.js'
import { loadInventory } from '../../../runner/inventory/load.js'
import { cases, readRecorded, type Case } from './cases.js'

const readAt = new Date('2026-11-28T18:50:00Z')

const importOf = async ({ nodes }: Case) =>
  inventoryText(mostTrustedFirst(await Promise.all(nodes.map(readRecorded))), readAt)

/** The clusters as ha-run's own loader reads them. */
function loaded(t: ExecutionContext, text: string): Cluster[] {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-import-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'site.yml')
  writeFileSync(file, text)
  const inventory = loadInventory(file)
  t.deepEqual(inventory.warnings, [])
  return readClusters(inventory)
}

for (const [name, data] of cases()) {
  test(`${name}: ${data.about}`, async t => {
    if (data.error !== undefined) {
      const error = await t.throwsAsync(importOf(data), { instanceOf: TaskError })
      t.is(error?.exitCode, 2)
      t.is(`${error?.message}\n${error?.hint}`, data.error)
      return
    }
    const text = await importOf(data)
    t.is(text, data.expected ?? '')
    t.notThrows(() => load(text))
    t.notRegex(text, /hunter|c2VjcmV0/)
    // Until the inventory knows them, and where something must be completed, it says so when it is loaded.
    if (/^ +(fencing: kept|node_name:)|# floating_ip:/m.test(text)) return
    t.is(loaded(t, text).length, 1)
  })
}

test('the inventory of a cluster that ha-run built declares what runs', async t => {
  const [cluster] = loaded(t, await importOf(new Map(cases()).get('of-ha-run')!))
  const [smallest] = readClusters(loadInventory('test/cases/declaration/good-smallest/inventory.yml'))
  t.deepEqual(
    { ...cluster, group: '', nodes: [], explicit: undefined, errorAt: undefined },
    { ...smallest, group: '', nodes: [], explicit: undefined, errorAt: undefined },
  )
  t.deepEqual(
    cluster?.nodes.map(node => [node.name, node.links]),
    [
      ['node1', ['192.168.0.1']],
      ['node2', ['192.168.0.2']],
    ],
  )
})
