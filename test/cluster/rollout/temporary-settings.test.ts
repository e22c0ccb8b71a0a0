import test from 'ava'
import { stateOf as viewOf } from '../../roles/verify/state.js'
import { scopeOf, type Answers } from '../../roles/corosync/cluster.js'
import { stateOf } from '../../../runner/cluster/rollout/pacemaker-state.js'
import { cibsOfAllParts } from '../../../runner/cluster/rollout/temporary-settings.js'

interface View {
  dc?: string | null
  quorate?: boolean
  cib?: string
}

/** Nodes by what their Pacemaker sees; null for one without Pacemaker. */
function scope(views: Record<string, View | null>) {
  const answers = (view: View | null): Answers =>
    view === null
      ? { crm_mon: undefined, 'cibadmin -Q': undefined }
      : { crm_mon: viewOf({ resources: {}, ...view }), 'cibadmin -Q': view.cib }
  return scopeOf(Object.fromEntries(Object.entries(views).map(([name, view]) => [name, answers(view)])))
}

const alone = { dc: 'node1', quorate: false, cib: '<cib part="one"/>' }
const serving = { dc: 'node2', quorate: true, cib: '<cib part="two"/>' }

const cases: [title: string, views: Record<string, View | null>, expected: string[]][] = [
  ['nodes that are together have one', { node1: { ...serving }, node2: serving, node3: serving }, ['node1 two']],
  [
    'each part has its own, that with quorum first',
    { node1: alone, node2: serving, node3: serving },
    ['node2 two', 'node1 one'],
  ],
  [
    'where a node does not answer, another one of its part does',
    { node1: alone, node2: { dc: 'node2', quorate: true }, node3: serving },
    ['node3 two', 'node1 one'],
  ],
  ['a node that has no DC yet has none of its own', { node1: { ...alone, dc: null }, node2: serving }, ['node2 two']],
  [
    'before the first election there is one',
    { node1: { ...alone, dc: null }, node2: { ...alone, dc: null } },
    ['node1 one'],
  ],
  ['without Pacemaker there is none', { node1: null, node2: null }, []],
]
for (const [title, views, expected] of cases) {
  test(`CIBs of all parts: ${title}`, async t => {
    const sources = await cibsOfAllParts(scope(views))
    t.deepEqual(
      sources.map(({ member, cib }) => `${member.name} ${/part="(\w+)"/.exec(cib)?.[1]}`),
      expected,
    )
  })
}

test('where nodes are apart, the state is that of the part with quorum', async t => {
  t.is((await stateOf(scope({ node1: alone, node2: serving })))?.dc, 'node2')
})
