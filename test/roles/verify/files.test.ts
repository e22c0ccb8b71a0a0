import test from 'ava'
import {
  confAsDeclared,
  confViolations,
  configurationInForce,
  sameConf,
  sameAuthkey,
} from '../../../roles/verify/files.js'
import { parseCorosyncConf } from '../../../runner/cluster/corosync/conf.js'
import { flatten } from '../../../runner/cluster/corosync/settings.js'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

const conf = wantedConf(clusterOf(), [
  ['node1', undefined],
  ['node2', undefined],
])
const wanted = flatten(parseCorosyncConf(conf))

/** A node's file, and how it differs from the declaration. */
const cases: [title: string, text: string | undefined, violations: string[]][] = [
  ['as declared', conf, []],
  ['with another comment', `# mine\n${conf}`, []],
  ['another token', conf.replace('token: 3000', 'token: 5000'), ['totem.token is 5000 and 3000 is declared']],
  ['a missing setting', conf.replace(/\ttwo_node: 1\n/, ''), ['quorum.two_node is not set and 1 is declared']],
  [
    'an additional setting',
    conf.replace('two_node: 1', 'two_node: 1\n\twait_for_all: 0'),
    ['quorum.wait_for_all is 0 and not set is declared'],
  ],
  [
    'another address',
    conf.replace('192.168.0.2', '192.168.0.9'),
    ['nodelist.nodeid.2.ring0_addr is 192.168.0.9 and 192.168.0.2 is declared'],
  ],
  ['missing', undefined, ['/etc/corosync/corosync.conf is missing']],
  ['cut short', 'totem {', [`/etc/corosync/corosync.conf cannot be read: ${messageOf('totem {')}`]],
]

function messageOf(text: string): string {
  try {
    parseCorosyncConf(text)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

for (const [title, text, violations] of cases) {
  test(`corosync.conf: ${title}`, t => t.deepEqual(confViolations(text, wanted), violations))
}

const texts = (one: string | undefined, other: string | undefined) =>
  scopeOf({ node1: { 'text of files': one }, node2: { 'text of files': other } })
const hashes = (one: string | undefined, other: string | undefined, keys?: unknown) => {
  const node = (hash: string | undefined) => ({ 'state of files': hash && { hash }, 'corosync-cmapctl': keys })
  return scopeOf({ node1: node(one), node2: node(other) })
}

test('the same file on all nodes', async t => {
  t.like(await sameConf(texts(conf, conf)), { status: 'ok' })
  t.regex(
    (await sameConf(texts(conf, `${conf}\n`))).evidence,
    /^\/etc\/corosync\/corosync\.conf sha256:\w{12} on node1 and sha256:\w{12} on node2$/,
  )
  t.regex((await sameConf(texts(conf, undefined))).evidence, /on node1 and missing on node2$/)
  t.like(await sameConf(texts(undefined, undefined)), {
    status: 'failed',
    evidence: '/etc/corosync/corosync.conf is missing on all nodes',
  })
})

test('the same authkey on all nodes, by its fingerprint', async t => {
  t.like(await sameAuthkey(hashes('ab'.repeat(32), 'ab'.repeat(32))), {
    status: 'ok',
    evidence: 'secret sha256:abababababab on 2 nodes',
  })
  t.like(await sameAuthkey(hashes('ab'.repeat(32), 'cd'.repeat(32))), {
    status: 'failed',
    evidence: '/etc/corosync/authkey secret sha256:abababababab on node1 and secret sha256:cdcdcdcdcdcd on node2',
  })
  t.like(await sameAuthkey(hashes(undefined, undefined)), {
    status: 'failed',
    evidence: '/etc/corosync/authkey is missing on all nodes',
  })
  t.like(await sameAuthkey(hashes(undefined, undefined, new Map())), {
    status: 'ok',
    evidence: 'the ring is not encrypted and has no authkey',
  })
})

test('as declared, with the existing node ids', async t => {
  t.like(await confAsDeclared(clusterOf())(texts(conf, conf)), {
    status: 'ok',
    evidence: `${wanted.size} settings on 2 nodes`,
  })
  t.like(await confAsDeclared(clusterOf())(texts(conf, conf.replace('token: 3000', 'token: 5000'))), {
    status: 'failed',
    evidence: 'node2: totem.token is 5000 and 3000 is declared',
  })
})

const timers = [...wanted]
  .filter(([key]) => key.startsWith('totem.token'))
  .map(([key, value]) => [`runtime.config.${key}`, value] as const)
const running = (more: [string, string][] = []) =>
  new Map([...wanted, ...timers, ...more].map(([key, value]) => [key, { type: 'str', value }]))
const node = (keys: unknown, hash = 'ab'.repeat(32)) => ({
  'text of files': conf,
  'state of files': { hash },
  'state of units': { active: 'active' },
  'corosync-cmapctl': keys,
  'corosync-quorumtool -s': undefined,
})

test('the settings in force are those in the files; the loaded authkey is known by its note', async t => {
  const judge = async (answers: object) => configurationInForce(scopeOf({ node1: answers as Record<string, unknown> }))
  t.like(await judge(node(running([['ha_run.authkey', 'ab'.repeat(32)]]))), { status: 'ok' })
  t.like(await judge(node(running())), { status: 'ok' }, 'without a note of the loaded authkey')
  t.like(await judge(node(running([['ha_run.authkey', 'cd'.repeat(32)]]))), {
    evidence:
      'node1: the authkey in force is secret sha256:cdcdcdcdcdcd, and /etc/corosync/authkey is secret sha256:abababababab',
  })
  t.like(await judge(node(running([['runtime.config.totem.token', '5000']]))), {
    evidence: 'node1: totem.token is 3000 in the file and 5000 in force',
  })
  t.like(await judge(node(undefined)), { status: 'failed', evidence: 'node1: corosync does not answer' })
})
