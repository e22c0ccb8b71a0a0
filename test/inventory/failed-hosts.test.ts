import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { UsageError } from '../../runner/errors.js'
import { selectHosts } from '../../runner/inventory/limit.js'
import { loadInventory } from '../../runner/inventory/load.js'

const inventory = loadInventory('test/cases/limit/inventory.yml')
const clusters = [
  { name: 'web', nodes: ['web1', 'web2', 'web3'] },
  { name: 'db', nodes: ['db1', 'db2', 'removed-since'] },
]

/** The output of a run with these events behind the first one. */
function recorded(t: ExecutionContext, events: object[], end = '\n'): string {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-failed-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'run.jsonl')
  writeFileSync(file, [{ event: 'run', clusters }, ...events].map(event => JSON.stringify(event)).join('\n') + end)
  return file
}

const ok = { event: 'task', cluster: 'web', host: 'web1', status: 'ok' }

for (const [what, event] of Object.entries({
  'a task': { event: 'task', cluster: 'db', host: 'db2', status: 'failed' },
  'an assertion': { event: 'assertion', cluster: 'db', status: 'failed' },
  'a node that could not be reached': { event: 'error', cluster: 'db', host: 'db1', status: 'unreachable' },
})) {
  test(`the whole cluster of ${what}`, t => {
    const file = recorded(t, [ok, event, { event: 'summary', failed: 1 }])
    t.deepEqual(selectHosts(inventory, `failed@${file}`), ['db1', 'db2'])
    t.deepEqual(selectHosts(inventory, `failed@${file}:!db2`), ['db1'])
  })
}

test('a run that was killed in the middle of a line', t => {
  const file = recorded(t, [{ event: 'task', cluster: 'web', status: 'failed' }], '\n{"event":"ta')
  t.deepEqual(selectHosts(inventory, `failed@${file}`), ['web1', 'web2', 'web3'])
})

test('nothing failed: no run on all nodes', t => {
  const file = recorded(t, [ok, { event: 'task', cluster: 'db', status: 'changed' }])
  t.throws(() => selectHosts(inventory, `failed@${file}`), { instanceOf: UsageError, message: /no cluster failed/ })
})

test('a file that is missing, or something else', t => {
  t.throws(() => selectHosts(inventory, 'failed@/nowhere'), {
    instanceOf: UsageError,
    message: /cannot be read: ENOENT/,
  })
  t.throws(() => selectHosts(inventory, 'failed@package.json'), { instanceOf: UsageError, message: /cannot be read/ })
})
