import test from 'ava'
import { daemonsComeBack } from '../../../roles/verify/restart.js'
import { unitStateOf } from '../../../runner/facts/units.js'
import { scopeOf } from '../corosync/cluster.js'

const unit = (restart: string) => unitStateOf(`LoadState=loaded\nRestart=${restart}\nRestartUSec=1s\nStartLimitBurst=5\nStartLimitIntervalUSec=1min`)
const node = (corosync: string, pacemaker = 'on-failure') => ({ 'state of units corosync.service': unit(corosync), 'state of units pacemaker.service': unit(pacemaker) })

test('both come back, by whatever word', async t => {
  t.deepEqual(await daemonsComeBack(scopeOf({ node1: node('on-failure'), node2: node('always') })), { status: 'ok', evidence: 'corosync, pacemaker' })
})

test('what would stay down is told with its nodes, and a limit hides none', async t => {
  const { status, evidence, hint } = await daemonsComeBack(scopeOf({ node1: node('no'), node2: node('no', 'no'), node3: undefined }, ['node1']))
  t.is(status, 'warning')
  t.is(evidence, 'corosync would not start again on node1, node2; pacemaker would not start again on node2')
  t.regex(hint!, /`ha-run corosync`/)
})

test('what is not installed is found by others', async t => {
  const absent = { ...unit('no'), load: 'not-found' }
  t.is((await daemonsComeBack(scopeOf({ node1: { 'state of units corosync.service': absent, 'state of units pacemaker.service': absent } }))).status, 'ok')
})
