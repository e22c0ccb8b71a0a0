import test from 'ava'
import { primitivesStarted } from '../../../runner/cluster/pacemaker/started.js'
import { TaskError } from '../../../runner/errors.js'
import { scopeOf } from '../../roles/corosync/cluster.js'
import { stateOf, type ShortState } from '../../roles/verify/state.js'

const waits = async (state: ShortState) =>
  primitivesStarted(scopeOf({ node1: { crm_mon: stateOf(state) } }), ['FloatIP', 'WebSite'])

test('all run: no wait', async t => {
  await t.notThrowsAsync(waits({ resources: { FloatIP: ['node1'], WebSite: ['node1'] } }))
})

test('a resource that an admin keeps from running is not waited for', async t => {
  await t.notThrowsAsync(
    waits({ resources: { FloatIP: ['node1'], WebSite: [] }, flags: { WebSite: { managed: false } } }),
  )
})

test('in maintenance mode nothing is waited for', async t => {
  await t.notThrowsAsync(waits({ resources: {}, maintenance: true }))
})

test('with every node in standby nothing is waited for', async t => {
  await t.notThrowsAsync(waits({ resources: {}, standby: ['node1', 'node2'] }))
})

test('a failed start is an error with the agent’s reason', async t => {
  const error = await t.throwsAsync(
    waits({
      resources: { FloatIP: ['node1'], WebSite: [] },
      failures: [['WebSite_start_0', 'node2', 'error', 'no apache']],
    }),
    { instanceOf: TaskError },
  )
  t.is(error.message, 'WebSite_start_0 on node2: error: no apache')
  t.regex(error.hint!, /--cleanup/)
})

test('an earlier failed monitor is not a failed start', async t => {
  await t.notThrowsAsync(
    waits({
      resources: { FloatIP: ['node1'], WebSite: ['node1'] },
      failures: [['WebSite_monitor_60000', 'node2', 'error', '']],
    }),
  )
})

test('a resource that is still starting is waited for', async t => {
  const states = ['Starting', 'Started'].map(role =>
    stateOf({ resources: { FloatIP: ['node1'], WebSite: ['node1'] }, flags: { WebSite: { role } } }),
  )
  const scope = scopeOf({ node1: {} })
  Object.assign(scope.leader, { readAgain: async () => Promise.resolve(states.shift()) })
  await primitivesStarted(scope, ['FloatIP', 'WebSite'])
  t.deepEqual(states, [])
})

for (const role of ['Promoted', 'Unpromoted', 'Master', 'Slave']) {
  test(`an instance of a promotable clone runs: ${role}`, async t => {
    await t.notThrowsAsync(
      waits({ resources: { FloatIP: ['node1'], WebSite: ['node1'] }, flags: { WebSite: { role } } }),
    )
  })
}

test('of a promotable clone, an instance must be promoted, too', async t => {
  const states = [
    ['node1', 'node2'],
    ['node1*', 'node2'],
  ].map(nodes => stateOf({ resources: { 'DB-clone/DB': nodes } }))
  const scope = scopeOf({ node1: {} })
  const reports: string[] = []
  Object.assign(scope, { progress: (text: string) => reports.push(text) })
  Object.assign(scope.leader, { readAgain: async () => Promise.resolve(states.shift()) })
  await primitivesStarted(scope, ['DB'], new Set(['DB']))
  t.deepEqual(states, [])
  t.true(
    reports.some(report => report.includes('DB (no instance is promoted)')),
    reports.join('; '),
  )
})

test('an instance that a target role keeps from being promoted is not waited for', async t => {
  const state = stateOf({ resources: { 'DB-clone/DB': ['node1', 'node2'] }, flags: { DB: { targetRole: 'Slave' } } })
  await t.notThrowsAsync(primitivesStarted(scopeOf({ node1: { crm_mon: state } }), ['DB'], new Set(['DB'])))
})
