/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { pageNote, pagePath } from '../../../runner/cluster/apache.js'
import { Skip, Warn, type Finding } from '../../../runner/tasks/task.js'
import { sha256 } from '../../../runner/hash.js'
import { page } from '../../../roles/apache/page.js'
import { answering, clusterOf } from '../corosync/cluster.js'

const debian = '<html><head><title>Apache2 Debian Default Page: It works</title></head></html>'
const ours = clusterOf().page.replaceAll('{node}', 'node1')

async function found(
  current: string | undefined,
  { declared, note, provenance = 'managed' }: { declared?: string; note?: string; provenance?: string } = {},
): Promise<string> {
  const cluster = clusterOf(declared === undefined ? {} : { page: declared })
  const state =
    current === undefined
      ? undefined
      : { type: 'regular file', hash: sha256(current), mode: '0644', owner: 'root', group: 'root' }
  const finding: Finding = await page(cluster, cluster.nodes[0]!, []).check(
    answering('node1', {
      'what built the cluster': { provenance, adopted: false },
      'state of files': state,
      [`text of files ${pagePath}`]: current,
      [`text of files ${pageNote}`]: note,
    }),
  )
  if (finding instanceof Skip) return 'kept'
  return finding instanceof Warn ? 'warned of' : finding.length === 0 ? 'in sync' : 'replaced'
}

const cases: [title: string, outcome: Promise<string>, expected: string][] = [
  ['no page yet', found(undefined), 'replaced'],
  ['an empty file', found('\n'), 'replaced'],
  ['Debian’s own page', found(debian), 'replaced'],
  ['the wanted page', found(ours), 'in sync'],
  ['a page of ours that was edited', found('hello', { note: sha256(ours) }), 'replaced'],
  [
    'somebody’s own page, on a machine that becomes a node',
    found('<h1>Our shop</h1>', { provenance: 'bare' }),
    'warned of',
  ],
  ['somebody’s own page, seen by the second run', found('<h1>Our shop</h1>'), 'warned of'],
  ['somebody’s own page, and one is declared', found('<h1>Our shop</h1>', { declared: '<p>new</p>' }), 'replaced'],
  ['somebody’s own page in a cluster that was found', found('<h1>Our shop</h1>', { provenance: 'foreign' }), 'kept'],
  ['Debian’s own page in a cluster that was found', found(debian, { provenance: 'foreign' }), 'kept'],
  [
    'a declared page in a cluster that was found',
    found('old', { provenance: 'foreign', declared: '<p>new</p>' }),
    'replaced',
  ],
]

for (const [title, outcome, expected] of cases) test(`${title}: ${expected}`, async t => t.is(await outcome, expected))
