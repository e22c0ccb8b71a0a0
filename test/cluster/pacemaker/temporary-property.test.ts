import test from 'ava'
import {
  detached,
  firstElection,
  isSet,
  setProperty,
  unsetProperty,
} from '../../../runner/cluster/pacemaker/temporary-property.js'
import { sent } from '../../sent.js'
import { cibWith } from '../property-sets.js'

for (const property of [detached, firstElection]) {
  const { set, name, value } = property

  test(`${name}: ha-run's own is recognized by the id of its set, and an admin's is not`, t => {
    t.false(isSet(property, cibWith({ 'cib-bootstrap-options': { 'stonith-enabled': 'false' } })))
    t.false(isSet(property, cibWith({ 'cib-bootstrap-options': { [name]: value } })))
    t.true(isSet(property, cibWith({ 'cib-bootstrap-options': {}, [set]: { [name]: value } })))
    t.false(isSet(property, '<cib><configuration/></cib>'))
  })

  test(`${name}: both commands refer to the same set`, async t => {
    for (const change of [setProperty, unsetProperty])
      t.true((await sent($ => change($, property))).script.includes(`<cluster_property_set id="${set}"`))
  })
}

test('the first election has a limit that is not 0, which would mean no limit', t => {
  t.regex(firstElection.value, /^[1-9]\d*(ms|s)$/)
})
