import test from 'ava'
import { contentProblems, differingFiles, sameContent } from '../../../roles/verify/same-content.js'
import type { Tree } from '../../../runner/facts/trees.js'
import { scopeOf } from '../corosync/cluster.js'

const at = (hash: string, newest = 1_795_987_205): Tree => ({ kind: 'hashed', hash: hash.repeat(64), files: 2, newest })
const absent: Tree = { kind: 'absent' }

const cases: [title: string, one: Tree, two: Tree, problems: string[]][] = [
  ['the same, at another time', at('a'), at('a', 0), []],
  [
    'other content',
    at('a'),
    at('b'),
    [
      '/srv: sha256:aaaaaaaaaaaa (2 files, last changed 2026-11-29T21:20:05Z) on node1 and sha256:bbbbbbbbbbbb (2 files, last changed 2026-11-29T21:20:05Z) on node2',
    ],
  ],
  [
    'missing on one node',
    at('a'),
    absent,
    ['/srv: sha256:aaaaaaaaaaaa (2 files, last changed 2026-11-29T21:20:05Z) on node1 and missing on node2'],
  ],
  ['missing on all', absent, absent, ['/srv is missing on all nodes']],
  [
    'too large, and too slow',
    { kind: 'too large', files: 9, bytes: 100 * 1024 * 1024 },
    { kind: 'too slow' },
    ['/srv was not compared: too large (9 files, 100 MiB) on node1 and reading takes too long on node2'],
  ],
]
for (const [title, one, two, problems] of cases) {
  test(`content: ${title}`, t => {
    t.deepEqual(
      contentProblems('/srv', [
        ['node1', one],
        ['node2', two],
      ]),
      problems,
    )
  })
}

test('the files that differ are named, five of them', t => {
  const files = (...names: string[]) => new Map(names.map(name => [name, 'hash']))
  t.is(
    differingFiles([
      ['node1', files('a', 'b', 'only', 'x1', 'x2', 'x3', 'x4')],
      ['node2', new Map([...files('b'), ['a', 'other']])],
    ]),
    'a differs, only only on node1, x1 only on node1, x2 only on node1, x3 only on node1, and 1 more',
  )
})

test('one answer for all paths; what differs is looked at file by file', async t => {
  const node = (hash: string) => ({
    'content of paths /srv': at('a'),
    'content of paths /etc/site.pem': at(hash),
    'files below paths': new Map([['site.pem', hash]]),
  })
  const judge = sameContent(['/srv', '/etc/site.pem'])
  t.like(await judge(scopeOf({ node1: node('b'), node2: node('b') })), {
    status: 'ok',
    evidence:
      '/srv sha256:aaaaaaaaaaaa (2 files, last changed 2026-11-29T21:20:05Z); /etc/site.pem sha256:bbbbbbbbbbbb (2 files, last changed 2026-11-29T21:20:05Z); on 2 nodes',
  })
  const different = await judge(scopeOf({ node1: node('b'), node2: node('c') }))
  t.is(different.status, 'failed')
  t.regex(
    different.evidence,
    /^\/etc\/site\.pem: sha256:b{12} .* on node1 and sha256:c{12} .* on node2: site\.pem differs$/,
  )
  t.like(await judge(scopeOf({ node1: node('b'), node2: undefined })), { status: 'ok' })
})
