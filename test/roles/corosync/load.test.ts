/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
/* oxlint-disable typescript/unbound-method -- tasks and checks do not use `this` */
import test from 'ava'
import { parseCorosyncConf } from '../../../runner/cluster/corosync/conf.js'
import { flatten } from '../../../runner/cluster/corosync/settings.js'
import { corosyncRunsItsFiles } from '../../../runner/cluster/rollout/load.js'
import { loadedKeyEntry } from '../../../runner/cluster/corosync/state.js'
import { Skip } from '../../../runner/tasks/task.js'
import { TaskError } from '../../../runner/errors.js'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { clusterOf, scopeOf, type Answers } from './cluster.js'

const conf = wantedConf(clusterOf(), [
  ['node1', undefined],
  ['node2', undefined],
])
const check = corosyncRunsItsFiles(clusterOf(), []).check

/** What a node's daemon says that runs with `text`, with notes. */
function running(text: string, noted: Record<string, string> = {}): Map<string, { value: string }> {
  const file = flatten(parseCorosyncConf(text))
  const timers = ['token', 'token_retransmits_before_loss_const'].map(
    key => [`runtime.config.totem.${key}`, file.get(`totem.${key}`)!] as const,
  )
  const values = [...file, ...timers]
  return new Map([...values, ...Object.entries(noted)].map(([key, value]) => [key, { value }]))
}

interface State {
  text?: string | undefined
  key?: string | undefined
  active?: string
  keys?: unknown
}

function node(given: State = {}): Answers {
  const { text, key, active, keys } = { text: conf, key: 'k', active: 'active', keys: undefined, ...given }
  return {
    'text of files': text,
    'state of files': key === undefined ? undefined : { hash: key },
    'state of units': { active },
    'corosync-cmapctl': keys,
    'corosync-quorumtool -s': undefined,
    packages: { version: '3.1.7-1+deb12u2', isHeld: false },
    'cibadmin -Q': undefined,
    crm_mon: undefined,
  }
}

const settled = node({ keys: running(conf, { [loadedKeyEntry]: 'k' }) })

test('a Corosync that runs as its files say is in sync', async t => {
  t.deepEqual(await check(scopeOf({ node1: settled, node2: settled })), [])
})

test('a loaded key without a record does not count as another one', async t => {
  const plain = node({ keys: running(conf) })
  t.deepEqual(await check(scopeOf({ node1: plain, node2: plain })), [])
})

test('a stopped daemon and one that is starting are differences', async t => {
  t.deepEqual(await check(scopeOf({ node1: settled, node2: node({ active: 'inactive' }) })), [
    { subject: 'corosync on node2', from: 'stopped', to: 'running' },
  ])
  t.deepEqual(await check(scopeOf({ node1: settled, node2: node({}) })), [
    { subject: 'corosync on node2', from: 'starting', to: 'running' },
  ])
})

for (const [what, keys] of [
  ['no key', [undefined, undefined]],
  ['a key on one node only', ['k', undefined]],
  ['other keys', ['k', 'x']],
] as const) {
  test(`skipped until all nodes have the same authkey: ${what}`, async t => {
    const [one, other] = keys.map(key => node({ key, active: 'inactive' }))
    const finding = await check(scopeOf({ node1: one, node2: other }))
    t.true(finding instanceof Skip && finding.reason.startsWith('waiting for the authkey role'))
  })
}

test('crypto_hash alone needs the authkey too', async t => {
  const half = node({
    key: undefined,
    active: 'inactive',
    text: conf.replace(/crypto_cipher: \w+/, 'crypto_cipher: none'),
  })
  t.true((await check(scopeOf({ node1: half, node2: half }))) instanceof Skip)
})

test('without encryption no authkey is needed', async t => {
  const plain = node({
    key: undefined,
    active: 'inactive',
    text: conf.replaceAll(/crypto_(cipher|hash): \w+/g, 'crypto_$1: none'),
  })
  t.is(((await check(scopeOf({ node1: plain, node2: plain }))) as unknown[]).length, 2)
})

const refuses = test.macro({
  exec: async (t, one: Answers, other: Answers, message: RegExp) => {
    const error = await t.throwsAsync(Promise.resolve(check(scopeOf({ node1: one, node2: other }))), {
      instanceOf: TaskError,
      message,
    })
    t.truthy(error.hint)
  },
  title: (name = '') => `nothing is loaded: ${name}`,
})

test('no file on one node', refuses, settled, node({ text: undefined }), /corosync\.conf is missing on node2$/)
test('other files', refuses, settled, node({ text: `${conf}# x\n` }), /corosync\.conf is not the same on every node$/)
test(
  'a setting that only a restart changes',
  refuses,
  settled,
  node({ keys: running(conf.replace('pacemaker1', 'web')) }),
  /stopped on all nodes at once, and nothing was changed: totem\.cluster_name is web and would be pacemaker1 \(full stop, /,
)

test('an unreachable node is ignored', async t => {
  t.deepEqual(await check(scopeOf({ node1: settled, node2: undefined })), [])
})

test('a new authkey that is the same on all nodes is loaded by a reload', async t => {
  const finding = await check(
    scopeOf({ node1: settled, node2: node({ keys: running(conf, { [loadedKeyEntry]: 'old' }) }) }),
  )
  t.deepEqual(
    (finding as { subject: string }[]).map(({ subject }) => subject),
    ['authkey that corosync runs with on node2'],
  )
})

test('the difference between a right file and the running daemon names both and how it takes effect', async t => {
  const old = node({ keys: running(conf.replace('token: 3000', 'token: 5000')) })
  t.deepEqual(await check(scopeOf({ node1: old, node2: old })), [
    {
      subject: 'totem.token that corosync runs with on node1, node2',
      from: '5000',
      to: '3000',
      note: 'live: a reload applies it',
    },
  ])
})

test('with --allow-outage, a setting that needs a full stop is a difference like others', async t => {
  const other = node({ keys: running(conf.replace('pacemaker1', 'web')) })
  const finding = await check({ ...scopeOf({ node1: other, node2: other }), consent: { outage: true, purge: false } })
  t.deepEqual(finding, [
    {
      subject: 'totem.cluster_name that corosync runs with on node1, node2',
      from: 'web',
      to: 'pacemaker1',
      note: 'full stop, nothing fails over meanwhile: all nodes must agree on it, and a reload does not change it',
    },
  ])
})
