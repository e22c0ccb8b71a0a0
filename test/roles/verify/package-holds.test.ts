import test from 'ava'
import { daemonsOnHold } from '../../../roles/verify/package-holds.js'
import { scopeOf } from '../corosync/cluster.js'

const node = (corosync: boolean, pacemaker: boolean) => ({
  'packages corosync': { version: '3', isHeld: corosync },
  'packages pacemaker': { version: '2', isHeld: pacemaker },
})

test('both packages are on hold on every node', async t => {
  t.like(await daemonsOnHold(scopeOf({ node1: node(true, true), node2: node(true, true) })), {
    status: 'ok',
    evidence: 'corosync, pacemaker',
  })
})

test('a package that is not on hold is reported with its nodes and the consequence', async t => {
  const { status, evidence, hint } = await daemonsOnHold(
    scopeOf({ node1: node(true, false), node2: node(false, false), node3: node(true, true) }),
  )
  t.is(status, 'warning')
  t.is(evidence, 'corosync is not on hold on node2; pacemaker is not on hold on node1, node2')
  t.regex(hint!, /unattended upgrade restarts them.*`cluster\.packages\.hold: true`/)
})

test('an unreachable node is left to other assertions; nodes outside of --limit count too', async t => {
  t.is((await daemonsOnHold(scopeOf({ node1: node(true, true), node2: undefined }))).status, 'ok')
  t.is(
    (await daemonsOnHold(scopeOf({ node1: node(true, true), node2: node(false, true) }, ['node1']))).status,
    'warning',
  )
})
