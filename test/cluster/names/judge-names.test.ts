import test from 'ava'
import { InventoryError, TaskError } from '../../../runner/errors.js'
import type { Fact } from '../../../runner/facts/fact.js'
import type { ClusterMember } from '../../../runner/cluster/members.js'
import { judgeNames, refuseProblems, warningOf } from '../../../runner/cluster/names/judge-names.js'
import { partsOf } from '../../../runner/cluster/names/names-to-judge.js'
import { clusterOf } from '../../roles/corosync/cluster.js'

const all = ['options', 'resources'] as const

/** A node with this CIB in memory, or on its disk only; and what was asked of it. */
function nodeWith({ running, onDisk }: { running?: string; onDisk?: string }, agents: Record<string, object> = {}) {
  const asked: string[] = []
  const read = async ({ family: { name }, argument }: Fact<unknown>) => {
    asked.push(name)
    if (name === 'cibadmin -Q') return running
    if (name === 'text of files') return onDisk
    if (name !== 'crm_resource --show-metadata') return ['batch-limit']
    if (agents[argument]) return { actions: [], parameters: agents[argument] }
    throw new TaskError(`there is no agent ${argument}`)
  }
  return { member: { read } as unknown as ClusterMember, asked }
}

const declared = {
  properties: { 'batch-limt': 5 },
  resources: { Shop: { agent: 'ocf:heartbeat:shop', params: { pots: 80 }, meta: { mine: 1 } } },
}
const cluster = clusterOf(declared)
const withAll = `<cib><configuration>
  <crm_config><cluster_property_set id="c"><nvpair id="p" name="batch-limt" value="5"/></cluster_property_set></crm_config>
  <resources><primitive id="Shop" class="ocf" provider="heartbeat" type="shop">
    <instance_attributes id="i"><nvpair id="n" name="pots" value="80"/></instance_attributes>
    <meta_attributes id="m"><nvpair id="o" name="mine" value="1"/></meta_attributes>
  </primitive></resources>
</configuration></cib>`
const agents = { 'ocf:heartbeat:shop': [{ name: 'port', isRequired: false, formerNames: [], isDeprecated: false }] }

test('a cluster that has all names is asked nothing more', async t => {
  const { member, asked } = nodeWith({ running: withAll })
  t.deepEqual(await judgeNames(cluster.explicit, all, member), [])
  t.deepEqual(asked, ['cibadmin -Q'])
})

test('without Pacemaker, the CIB on disk counts', async t => {
  const { member, asked } = nodeWith({ onDisk: withAll })
  t.deepEqual(await judgeNames(cluster.explicit, all, member), [])
  t.deepEqual(asked, ['cibadmin -Q', 'text of files'])
})

test('of a bare node, the metadata of Pacemaker and of the agents is asked', async t => {
  const problems = await judgeNames(cluster.explicit, all, nodeWith({}, agents).member)
  t.deepEqual(
    problems.map(({ severity, path }) => `${severity} ${path.join('.')}`),
    ['error properties.batch-limt', 'warning resources.Shop.meta.mine', 'error resources.Shop.params.pots'],
  )
  t.regex(warningOf(problems, 'resources')!, /^resources\.Shop\.meta\.mine: Pacemaker has no meta attribute "mine"\. /)
  t.is(warningOf(problems, 'options'), undefined)
})

test('an agent that the node does not have is not judged', async t => {
  const problems = await judgeNames(cluster.explicit, ['resources'], nodeWith({}).member)
  t.deepEqual(
    problems.map(({ path }) => path.join('.')),
    ['resources.Shop.meta.mine'],
  )
})

test('what a role does not apply is not judged', async t => {
  const { member } = nodeWith({}, agents)
  t.deepEqual(await judgeNames(cluster.explicit, partsOf(new Set(['network', 'verify'])), member), [])
  const [only, ...more] = await judgeNames(cluster.explicit, partsOf(new Set(['pacemaker'])), member)
  t.deepEqual([only?.path, more], [['properties', 'batch-limt'], []])
})

test('all errors are in one message, each with its place; a warning refuses nothing', async t => {
  const problems = await judgeNames(cluster.explicit, all, nodeWith({}, agents).member)
  const error = t.throws(() => refuseProblems(cluster, problems), { instanceOf: InventoryError })
  t.regex(
    error.message,
    /^Pacemaker has no property "batch-limt" in ".*" \(\d+:\d+\)\n[^]*\^\n[^]*Did you mean "batch-limit"\?\n\nocf:heartbeat:shop has no parameter "pots" in [^]*It has port\.$/,
  )
  t.is(error.hint, undefined)
  const [one] = problems
  const single = t.throws(() => refuseProblems(cluster, [one!]), { instanceOf: InventoryError })
  t.is(single?.hint, 'Did you mean "batch-limit"?')
  t.notThrows(() =>
    refuseProblems(
      cluster,
      problems.filter(({ severity }) => severity === 'warning'),
    ),
  )
})

test('names in sets of defaults are judged, each at its place in the list', async t => {
  const listed = clusterOf({
    resource_defaults: [
      { id: 'office', rule: 'date spec hours=9-16', values: { 'migration-treshold': 1 } },
      { values: { 'resource-stickines': 1 } },
    ],
    operation_defaults: [{ id: 'stops', rule: 'op stop', values: { timeoutt: '5s' } }],
  })
  const problems = await judgeNames(listed.explicit, all, nodeWith({}, agents).member)
  t.deepEqual(
    problems.map(({ path }) => path.join('.')),
    [
      'resource_defaults.resource-stickines',
      'resource_defaults.office.migration-treshold',
      'operation_defaults.stops.timeoutt',
    ],
  )
  for (const { path, message, hint } of problems) {
    const error = listed.errorAt(path, message, hint)
    const [, line = '', column = ''] = /\((\d+):(\d+)\)/.exec(error.message) ?? []
    const shown = error.message.split('\n').find(text => text.trimStart().startsWith(`${line} |`)) ?? ''
    t.true(Number(column) > 1 && shown.includes(path.at(-1)!), error.message)
  }
})
