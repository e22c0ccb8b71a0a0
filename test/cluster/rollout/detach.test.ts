import test from 'ava'
import { canDetach } from '../../../runner/cluster/rollout/detach.js'
import { forecastFullStop } from '../../../runner/cluster/rollout/forecast.js'
import { stateOf } from '../../roles/verify/state.js'
import { cibWith } from '../property-sets.js'

const serving = stateOf({ resources: { WebSite: ['node1'] } })
const locking = stateOf({ resources: { dlm: ['node1'] }, flags: { dlm: { agent: 'ocf:pacemaker:controld' } } })

const plain = cibWith({ 'cib-bootstrap-options': { 'stonith-enabled': 'false' } })

test('resources keep running, unless one needs Corosync itself or an admin has set maintenance-mode to false', t => {
  t.true(canDetach(serving, plain))
  t.false(canDetach(locking, plain))
  t.true(
    canDetach({ ...locking, resources: locking.resources.map(resource => ({ ...resource, active: false })) }, plain),
  )
  t.false(canDetach(serving, cibWith({ 'cib-bootstrap-options': { 'maintenance-mode': 'false' } })))
  t.true(canDetach(serving, cibWith({ 'cib-bootstrap-options': { 'maintenance-mode': 'true' } })))
})

test('the forecast says whether the resources keep running', t => {
  t.regex(forecastFullStop(serving, plain), /the resources keep running, and nothing monitors them meanwhile$/)
  t.regex(forecastFullStop(locking, plain), /the service is down meanwhile$/)
  t.regex(forecastFullStop(undefined, undefined), /the service is down meanwhile$/)
})
