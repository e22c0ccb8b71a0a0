/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
/* oxlint-disable typescript/unbound-method -- tasks and checks do not use `this` */
import test from 'ava'
import { parseCorosyncConf } from '../../../runner/cluster/corosync-conf.js'
import { flatten } from '../../../runner/cluster/corosync-keys.js'
import { corosyncRunsItsFiles } from '../../../runner/cluster/corosync-load.js'
import { keyNote } from '../../../runner/cluster/loaded.js'
import { Skip } from '../../../runner/engine/task.js'
import { TaskError } from '../../../runner/errors.js'
import { wantedConf } from '../../../roles/corosync/conf.js'
import { clusterOf, scopeOf, type Answers } from './cluster.js'

const conf = wantedConf(clusterOf(), [['node1', undefined], ['node2', undefined]])
const check = corosyncRunsItsFiles([]).check

/** What a node's daemon says that has loaded `text`, with notes. */
function running(text: string, noted: Record<string, string> = {}): Map<string, { value: string }> {
  const values = Object.entries(Object.fromEntries(flatten(parseCorosyncConf(text))))
  return new Map([...values, ...Object.entries(noted)].map(([key, value]) => [key, { value }]))
}

interface State { text?: string | undefined; key?: string | undefined; active?: string; keys?: unknown }

function node(given: State = {}): Answers {
  const { text, key, active, keys } = { text: conf, key: 'k', active: 'active', keys: undefined, ...given }
  return { 'text of files': text, 'state of files': key === undefined ? undefined : { hash: key }, 'state of units': { active }, 'corosync-cmapctl': keys }
}

const settled = node({ keys: running(conf, { [keyNote]: 'k' }) })

test('what is noted as loaded is in sync', async t => {
  t.deepEqual(await check(scopeOf({ node1: settled, node2: settled })), [])
})

test('a note that is missing is made up for by what runs', async t => {
  const plain = node({ keys: running(conf) })
  t.deepEqual((await check(scopeOf({ node1: plain, node2: plain })) as { subject: string }[]).filter(({ subject }) => !/runtime|token/.test(subject)), [])
})

test('a stopped daemon is to run, one that is starting too', async t => {
  t.deepEqual(await check(scopeOf({ node1: settled, node2: node({ active: 'inactive' }) })), [{ subject: 'corosync on node2', from: 'stopped', to: 'running' }])
  t.deepEqual(await check(scopeOf({ node1: settled, node2: node({}) })), [{ subject: 'corosync on node2', from: 'starting', to: 'running' }])
})

for (const [what, keys] of [['no key', [undefined, undefined]], ['a key on one node only', ['k', undefined]], ['other keys', ['k', 'x']]] as const) {
  test(`before all nodes have the same key, it waits: ${what}`, async t => {
    const [one, other] = keys.map(key => node({ key, active: 'inactive' }))
    const finding = await check(scopeOf({ node1: one, node2: other }))
    t.true(finding instanceof Skip && finding.reason.startsWith('it waits for the key'))
  })
}

test('a hash alone wants the key too', async t => {
  const half = node({ key: undefined, active: 'inactive', text: conf.replace(/crypto_cipher: \w+/, 'crypto_cipher: none') })
  t.true(await check(scopeOf({ node1: half, node2: half })) instanceof Skip)
})

test('where no key is used, none is waited for', async t => {
  const plain = node({ key: undefined, active: 'inactive', text: conf.replaceAll(/crypto_(cipher|hash): \w+/g, 'crypto_$1: none') })
  t.is((await check(scopeOf({ node1: plain, node2: plain })) as unknown[]).length, 2)
})

const refuses = test.macro({
  exec: async (t, one: Answers, other: Answers, message: RegExp) => {
    const error = await t.throwsAsync(Promise.resolve(check(scopeOf({ node1: one, node2: other }))), { instanceOf: TaskError, message })
    t.truthy(error.hint)
  },
  title: (name = '') => `nothing is loaded: ${name}`,
})

test('no file on one node', refuses, settled, node({ text: undefined }), /corosync\.conf is missing on node2$/)
test('other files', refuses, settled, node({ text: `${conf}# x\n` }), /corosync\.conf is not the same on every node$/)
test('what only a restart changes', refuses, settled, node({ keys: running(conf.replace('pacemaker1', 'web')) }), /a reload does not change this: totem\.cluster_name is web and would be pacemaker1/)

test('an unreachable node has no say', async t => {
  t.deepEqual(await check(scopeOf({ node1: settled, node2: undefined })), [])
})

test('only what a reload does not change is refused, with both values', t => {
  t.notThrows(() => refuseRestart([], 'node1'))
  t.notThrows(() => refuseRestart([{ subject: 'totem.token', from: '1000', to: '3000' }], 'node1'))
  const error = t.throws(() => refuseRestart([{ subject: 'totem.token', from: '1', to: '2' }, { subject: 'totem.cluster_name', from: 'a', to: undefined }], 'node1'), { instanceOf: TaskError })
  t.is(error.message, 'corosync runs on node1 and a reload does not change this: totem.cluster_name is a and would be (not set)')
})

test('another key than the loaded one, the same on all nodes, is taken up by a reload', async t => {
  const finding = await check(scopeOf({ node1: settled, node2: node({ keys: running(conf, { [keyNote]: 'old' }) }) }))
  t.deepEqual((finding as { subject: string }[]).map(({ subject }) => subject), ['key that corosync runs with on node2'])
})
