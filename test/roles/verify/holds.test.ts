import test from 'ava'
import { daemonsAreHeld } from '../../../roles/verify/holds.js'
import { scopeOf } from '../corosync/cluster.js'

const node = (corosync: boolean, pacemaker: boolean) => ({ 'held packages corosync': corosync, 'held packages pacemaker': pacemaker })

test('both on every node', async t => {
  t.like(await daemonsAreHeld(scopeOf({ node1: node(true, true), node2: node(true, true) })), { status: 'ok', evidence: 'corosync, pacemaker' })
})

test('what is not held is told with its nodes, with what may come of it', async t => {
  const { status, evidence, hint } = await daemonsAreHeld(scopeOf({ node1: node(true, false), node2: node(false, false), node3: node(true, true) }))
  t.is(status, 'warning')
  t.is(evidence, 'corosync is not held on node2; pacemaker is not held on node1, node2')
  t.regex(hint!, /unattended upgrade restarts them.*`cluster\.packages\.hold: true`/)
})

test('a node that cannot be asked is left to the other assertions, and a limit hides none', async t => {
  t.is((await daemonsAreHeld(scopeOf({ node1: node(true, true), node2: undefined }))).status, 'ok')
  t.is((await daemonsAreHeld(scopeOf({ node1: node(true, true), node2: node(false, true) }, ['node1']))).status, 'warning')
})
