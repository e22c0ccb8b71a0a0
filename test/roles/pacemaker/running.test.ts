/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { pacemakerRuns } from '../../../roles/pacemaker/running.js'
import { daemonNames, daemonProcesses, processesIn } from '../../../runner/cluster/daemons.js'
import { drainMark, ownStandby } from '../../../runner/cluster/pacemaker/drain.js'
import { scopeOf } from '../corosync/cluster.js'
import { stateOf, type ShortState } from '../verify/state.js'

const fine: ShortState = { resources: {} }

const nothing = async () => (cib: string) => ({ text: cib, differences: [] })

const finds = test.macro({
  exec: async (
    t,
    states: (ShortState | undefined | 'unreachable')[],
    expected: string[],
    others: Record<string, object> = {},
  ) => {
    const members = states.map((state, at) => {
      const name = `node${at + 1}`
      if (state === 'unreachable') return [name, undefined]
      const units = { 'state of units': { active: state ? 'active' : 'inactive' } }
      return [name, { crm_mon: state && stateOf(state), 'cibadmin -Q': undefined, ...units, ...others[name] }]
    })
    const finding = await pacemakerRuns({ needs: [], first: nothing }).check(
      scopeOf(Object.fromEntries(members) as Parameters<typeof scopeOf>[0]),
    )
    t.deepEqual(
      (finding as { subject: string; from?: string }[]).map(({ subject, from }) => `${subject}: ${from ?? '-'}`),
      expected,
    )
  },
  title: (name = '') => `pacemaker runs: ${name}`,
})

test('everywhere, with a DC', finds, [fine, fine], [])
test('nowhere', finds, [undefined, undefined], ['pacemaker on node1: not running', 'pacemaker on node2: not running'])
test(
  'on one node only',
  finds,
  [{ ...fine, nodes: ['node1'] }, undefined],
  ['pacemaker on node2: not running', 'node2: offline'],
)
const active = { 'state of units': { active: 'active' } }
test('a unit that is active and does not answer', finds, [fine, undefined], ['pacemaker on node2: not answering'], {
  node2: active,
})
test(
  'a daemon of an active unit is stopped, another one is missing',
  finds,
  [fine, undefined],
  ['pacemaker-based on node2: stopped by a signal', 'pacemaker-controld on node2: missing'],
  {
    node2: {
      ...active,
      [daemonProcesses.family.name]: processesIn(
        daemonNames
          .filter(name => name !== 'pacemaker-controld')
          .map((name, at) => `${name} ${at} 600 ${name === 'pacemaker-based' ? 'stopped' : 'answers'}`)
          .join('\n'),
      ),
    },
  },
)
test('without a DC yet', finds, [{ ...fine, dc: null }, fine], ['DC: -'])
test('one node does not see the other', finds, [fine, { ...fine, offline: ['node1'] }], ['node1: offline'])
test(
  'a node in standby is online',
  finds,
  [
    { ...fine, standby: ['node2'] },
    { ...fine, standby: ['node2'] },
  ],
  [],
)
test('an unreachable node is not waited for', finds, [{ ...fine, offline: ['node2'] }, 'unreachable'], [])

test("the standby of an interrupted run is ended, an admin's standby stays", async t => {
  const node = (id: number, pairs: Record<string, string>) =>
    `<node id="${id}" uname="node${id}"><instance_attributes id="i${id}">${Object.entries(pairs)
      .map(([name, value]) => `<nvpair id="n${id}-${name}" name="${name}" value="${value}"/>`)
      .join('')}</instance_attributes></node>`
  const spent = node(1, { [drainMark]: 'root@admin', standby: 'on' })
  const own = node(2, { [drainMark]: 'root@admin', standby: ownStandby })
  const cib = `<cib><configuration><nodes>${spent}${own}</nodes></configuration></cib>`
  const member = { crm_mon: stateOf({ ...fine, standby: ['node1', 'node2'] }), 'cibadmin -Q': cib, ...active }
  t.deepEqual(await pacemakerRuns({ needs: [], first: nothing }).check(scopeOf({ node1: member, node2: member })), [
    { subject: 'node2', from: 'in standby by an interrupted run', to: 'taking part' },
    { subject: 'mark of a drain on node1', from: 'left by an interrupted run', to: undefined },
  ])
})
