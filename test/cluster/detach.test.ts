import test from 'ava'
import { attachScript, canDetach, detachedSet, detachScript, isDetached } from '../../runner/cluster/detach.js'
import { foretoldStop } from '../../runner/cluster/foretold.js'
import { stateOf } from '../roles/verify/state.js'

const serving = stateOf({ resources: { WebSite: ['node1'] } })
const locking = stateOf({ resources: { dlm: ['node1'] }, flags: { dlm: { agent: 'ocf:pacemaker:controld' } } })

/** A CIB with these property sets. */
function cib(sets: Record<string, Record<string, string>>): string {
  const set = (id: string, values: Record<string, string>) =>
    `<cluster_property_set id="${id}">${Object.entries(values).map(([name, value]) => `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`).join('')}</cluster_property_set>`
  return `<cib><configuration><crm_config>${Object.entries(sets).map(([id, values]) => set(id, values)).join('')}</crm_config></configuration></cib>`
}

const plain = cib({ 'cib-bootstrap-options': { 'stonith-enabled': 'false' } })

test('our maintenance mode is known by the id of its set, an admin\'s is not taken for it', t => {
  t.false(isDetached(plain))
  t.false(isDetached(cib({ 'cib-bootstrap-options': { 'maintenance-mode': 'true' } })))
  t.true(isDetached(cib({ 'cib-bootstrap-options': {}, [detachedSet]: { 'maintenance-mode': 'true' } })))
  t.false(isDetached('<cib><configuration/></cib>'))
})

test('what sets it and what takes it back speak of the same set', t => {
  for (const script of [detachScript(), attachScript()]) t.true(script.includes(`<cluster_property_set id="${detachedSet}"`))
})

test('resources run on, unless one needs Corosync itself or maintenance mode is forbidden', t => {
  t.true(canDetach(serving, plain))
  t.false(canDetach(locking, plain))
  t.true(canDetach({ ...locking, resources: locking.resources.map(resource => ({ ...resource, active: false })) }, plain))
  t.false(canDetach(serving, cib({ 'cib-bootstrap-options': { 'maintenance-mode': 'false' } })))
  t.true(canDetach(serving, cib({ 'cib-bootstrap-options': { 'maintenance-mode': 'true' } })))
})

test('the plan says which of the two it will be', t => {
  t.regex(foretoldStop(serving, plain), /the resources run on, and nothing watches over them meanwhile$/)
  t.regex(foretoldStop(locking, plain), /the service is down meanwhile$/)
  t.regex(foretoldStop(undefined, undefined), /the service is down meanwhile$/)
})
