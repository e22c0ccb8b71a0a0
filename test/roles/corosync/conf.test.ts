import test from 'ava'
import fc from 'fast-check'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { nodeSections, parseCorosyncConf } from '../../../runner/cluster/corosync/conf.js'
import { TaskError } from '../../../runner/errors.js'
import { clusterOf } from './cluster.js'

const debian =
  'totem {\n  version: 2\n  cluster_name: debian\n}\nnodelist {\n  node {\n    name: node1\n    nodeid: 1\n    ring0_addr: 127.0.0.1\n  }\n}\n'

function conf(ids: Record<string, number>): string {
  const nodes = Object.entries(ids).map(
    ([name, id]) => `  node {\n    name: ${name}\n    nodeid: ${id}\n    ring0_addr: 192.168.0.${id}\n  }\n`,
  )
  return `totem {\n  version: 2\n  cluster_name: x\n}\nnodelist {\n${nodes.join('')}}\n`
}

const ids = (text: string) =>
  Object.fromEntries(nodeSections(parseCorosyncConf(text)).map(node => [node.get('name'), Number(node.get('nodeid'))]))

const gives = test.macro({
  exec: (t, texts: (string | undefined)[], expected: Record<string, number>) => {
    t.deepEqual(
      ids(
        wantedConf(
          clusterOf({}, texts.length),
          texts.map((text, at) => [`node${at + 1}`, text]),
        ),
      ),
      expected,
    )
  },
  title: (name = '') => `node ids: ${name}`,
})

test('bare nodes get ids in the order of the inventory', gives, [undefined, undefined, undefined], {
  node1: 1,
  node2: 2,
  node3: 3,
})
test('the ids of the files are kept', gives, [conf({ node1: 7, node2: 3 }), conf({ node1: 7, node2: 3 })], {
  node1: 7,
  node2: 3,
})
test('one node’s file is enough', gives, [undefined, conf({ node1: 7, node2: 3 })], { node1: 7, node2: 3 })
test('Debian’s default file is ignored', gives, [debian, debian], { node1: 1, node2: 2 })
test('a file that cannot be parsed is ignored', gives, ['totem {', conf({ node1: 7, node2: 3 })], {
  node1: 7,
  node2: 3,
})
test('an empty file is ignored', gives, ['', ''], { node1: 1, node2: 2 })

const refuses = test.macro({
  exec: (t, texts: (string | undefined)[], message: RegExp) => {
    const error = t.throws(
      () =>
        wantedConf(
          clusterOf({}, texts.length),
          texts.map((text, at) => [`node${at + 1}`, text]),
        ),
      { instanceOf: TaskError, message },
    )
    t.truthy(error.hint)
  },
  title: (name = '') => `refused: ${name}`,
})

test('a new node', refuses, [conf({ node1: 1 }), undefined], /would change: node2 is new$/)
test(
  'a member that is not declared',
  refuses,
  [conf({ node1: 1, node2: 2, node9: 9 }), undefined],
  /would change: node9 is not in the inventory$/,
)
test(
  'another name for a node',
  refuses,
  [conf({ node1: 1, web2: 2 }), undefined],
  /node2 is new, web2 is not in the inventory$/,
)
test('two ids for one node', refuses, [conf({ node1: 1, node2: 2 }), conf({ node1: 2, node2: 1 })], /node id/)

test('a written file is the wanted file, on whichever nodes it is', t => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), fc.infiniteStream(fc.boolean()), (nodes, holds) => {
      const cluster = clusterOf({}, nodes)
      const bare = cluster.nodes.map(({ name }) => [name, undefined] as [string, undefined])
      const wanted = wantedConf(cluster, bare)
      t.is(
        wantedConf(
          cluster,
          bare.map(([name]) => [name, holds.next().value ? wanted : undefined]),
        ),
        wanted,
      )
    }),
    { numRuns: 30 },
  )
})

test('a changed value changes the file but no id', t => {
  const texts = (text: string): [string, string][] => [
    ['node1', text],
    ['node2', text],
  ]
  const before = wantedConf(clusterOf(), texts(conf({ node1: 7, node2: 3 })))
  const after = wantedConf(clusterOf({ corosync: { token: 5000 } }), texts(before))
  t.not(after, before)
  t.deepEqual(ids(after), { node1: 7, node2: 3 })
})
