import test from 'ava'
import { restartOnFailure } from '../../../roles/verify/restart-on-failure.js'
import { unitStateOf } from '../../../runner/facts/units.js'
import { scopeOf } from '../corosync/cluster.js'

const unit = (restart: string) =>
  unitStateOf(`LoadState=loaded\nRestart=${restart}\nRestartUSec=1s\nStartLimitBurst=5\nStartLimitIntervalUSec=1min`)
const node = (corosync: string, pacemaker = 'on-failure') => ({
  'state of units corosync.service': unit(corosync),
  'state of units pacemaker.service': unit(pacemaker),
})

test('both restart, whatever the value of Restart= is', async t => {
  t.like(await restartOnFailure(scopeOf({ node1: node('on-failure'), node2: node('always') })), {
    status: 'ok',
    evidence: 'corosync, pacemaker',
  })
})

test('a daemon that does not restart is reported with its nodes, also those outside of --limit', async t => {
  const { status, evidence, hint } = await restartOnFailure(
    scopeOf({ node1: node('no'), node2: node('no', 'no'), node3: undefined }, ['node1']),
  )
  t.is(status, 'warning')
  t.is(evidence, 'systemd does not restart corosync on node1, node2; systemd does not restart pacemaker on node2')
  t.regex(hint!, /`ha-run corosync`/)
})

test('a daemon that is not installed is left to other assertions', async t => {
  const absent = { ...unit('no'), load: 'not-found' }
  t.is(
    (
      await restartOnFailure(
        scopeOf({ node1: { 'state of units corosync.service': absent, 'state of units pacemaker.service': absent } }),
      )
    ).status,
    'ok',
  )
})
