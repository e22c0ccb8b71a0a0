/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import test, { type ExecutionContext } from 'ava'
import { replaceOnAll, validateConf } from '../../../runner/cluster/rollout/shared-file.js'
import {
  onNodes,
  readOnAll,
  refuseUnselected,
  sharedTextDifferences,
  type ClusterMember,
  type Scope,
} from '../../../runner/cluster/members.js'
import { TaskError } from '../../../runner/errors.js'
import { Secret } from '../../../runner/secret.js'
import { localMember, noConsent } from '../../engine/cluster.js'
import { answering, scopeOf } from './cluster.js'

const n1 = answering('n1', {})
const n2 = answering('n2', {})
const n3 = answering('n3', {})

test('nodes with equal texts are reported together', t => {
  t.deepEqual(
    sharedTextDifferences('/x', 'new', [
      [n1, 'old'],
      [n2, undefined],
      [n3, 'old'],
    ]),
    [
      { subject: '/x on n1, n3', from: 'old', to: 'new' },
      { subject: '/x on n2', from: undefined, to: 'new' },
    ],
  )
  t.deepEqual(
    sharedTextDifferences('/x', 'new', [
      [n1, 'new'],
      [n2, 'new'],
    ]),
    [],
  )
  t.is(onNodes('x', [n1, n2]), 'x on n1, n2')
})

test('a node that would have to change but is not selected is an error for all', t => {
  const scope = scopeOf({ n1: {}, n2: {} }, ['n1'])
  const [one, other] = scope.members as [ClusterMember, ClusterMember]
  t.notThrows(() => refuseUnselected(scope, [one]))
  const error = t.throws(() => refuseUnselected(scope, [one, other]), {
    instanceOf: TaskError,
    message: /^n2 would have to change too/,
  })
  t.regex(error.hint!, /--limit/)
})

test('unreachable nodes are not queried', async t => {
  const { members } = scopeOf({ n1: { f: 1 }, n2: undefined, n3: { f: 3 } })
  const fact = { family: { name: 'f', script: () => '', parse: () => [] }, argument: '' }
  t.deepEqual(
    (await readOnAll(members, fact)).map(([{ name }, value]) => [name, value]),
    [
      ['n1', 1],
      ['n3', 3],
    ],
  )
})

/** Real shells, all of this machine. */
function setUp(t: ExecutionContext, names: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-members-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const all = names.map(name => localMember(t, name))
  const members = all.map(({ member }) => member as unknown as ClusterMember)
  const scope: Scope = {
    members,
    selected: members,
    supporting: [],
    leader: members[0]!,
    roles: new Set(),
    run: 'root@admin since 2026-11-29T12:00:00.000Z (run 1f2e3d4c)',
    stop: new AbortController().signal,
    abandon: new AbortController().signal,
    progress: () => {},
    consent: noConsent,
  }
  return { folder, path: join(folder, 'x'), scope, shells: all.map(({ shell }) => shell) }
}

const asRoot = process.getuid?.() === 0 ? test : test.skip
const attributes = { mode: '0400', owner: 'root:root' }

asRoot('a secret arrives whole, with its mode', async t => {
  const { folder, path, scope } = setUp(t, ['n1'])
  const bytes = Buffer.from([0, 255, 10, 13, 0])
  await replaceOnAll(scope.members, path, new Secret(bytes), attributes)
  t.true(readFileSync(path).equals(bytes))
  t.is(statSync(path).mode & 0o777, 0o400)
  t.deepEqual(readdirSync(folder), ['x'])
})

asRoot('where one node cannot take it, no node does, and nothing is left', async t => {
  const { folder, path, scope, shells } = setUp(t, ['n1', 'n2'])
  writeFileSync(path, 'old')
  shells[1]!.kill()
  await shells[1]!.closed
  await t.throwsAsync(replaceOnAll(scope.members, path, 'new', attributes), { name: 'ConnectError' })
  // The other node may still be about what it was told.
  await scope.leader.$`true`
  t.is(readFileSync(path, 'utf8'), 'old')
  t.deepEqual(readdirSync(folder), ['x'])
})

asRoot('a candidate that a check refuses changes nothing', async t => {
  const { folder, path, scope } = setUp(t, ['n1'])
  writeFileSync(path, 'old')
  await t.throwsAsync(
    replaceOnAll(scope.members, path, 'new', attributes, () => 'false\ntrue'),
    { name: 'CommandError' },
  )
  t.is(readFileSync(path, 'utf8'), 'old')
  t.deepEqual(readdirSync(folder), ['x'])
})

asRoot('a node that is not selected keeps all from changing', async t => {
  const { scope } = setUp(t, ['n1', 'n2'])
  const limited = { ...scope, selected: scope.members.slice(0, 1) }
  t.throws(() => refuseUnselected(limited, scope.members), { message: /^n2 would have to change too/ })
  t.notThrows(() => refuseUnselected(limited, scope.members.slice(0, 1)))
})

test('the validation of a corosync.conf is valid sh', t => {
  t.is(spawnSync('sh', ['-n'], { input: validateConf("/a 'b'") }).stderr.toString(), '')
})
