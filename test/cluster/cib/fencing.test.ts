import test from 'ava'
import { candidate } from '../../../runner/cluster/cib/cib.js'
import { devicesEdit, devicesIn, fencingPropertiesEdit } from '../../../runner/cluster/cib/fencing-edits.js'
import { attribute, descendantsOf, parseXml } from '../../../runner/cluster/pacemaker/xml.js'
import { clusterOf } from '../../roles/corosync/cluster.js'
import { declaredOf } from '../declared.js'

const empty =
  '<cib epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>'

const withSecret = (password: string, params: Record<string, string> = {}) => ({
  devices: declaredOf({
    devices: {
      devices: [
        { id: 'plug1', agent: 'fence_plug', fences: [{ node: 'node1' }], params, secrets: { login: password } },
      ],
    },
  }).devices!,
})

const setIn = (cib: string) => attribute(descendantsOf(parseXml(cib), 'instance_attributes')[0], 'id')

test('a changed secret is in a new set of parameters, which Pacemaker does not write into the journal', t => {
  const first = candidate(empty, withSecret('canary-one')).text
  t.is(setIn(first), 'plug1-instance_attributes')
  t.is(setIn(candidate(first, withSecret('canary-one', { ip: '192.168.0.201' })).text), 'plug1-instance_attributes')
  const second = candidate(first, withSecret('canary-two'))
  t.is(setIn(second.text), 'plug1-instance_attributes-1')
  t.notRegex(JSON.stringify(second.differences), /canary/)
  t.is(setIn(candidate(second.text, withSecret('canary-three')).text), 'plug1-instance_attributes')
})

const fencing = { devices: { plug: { agent: 'fence_x', fences: ['node1', 'node2'] } } }
const off = clusterOf()
const on = clusterOf({ fencing })

test('fencing is on after its devices, and off before they are removed', t => {
  const withDevices = devicesEdit(on)(empty).text
  t.deepEqual(devicesIn(withDevices), { own: ['plug'], foreign: [] })
  t.notRegex(withDevices, /stonith-enabled/)
  const fenced = fencingPropertiesEdit(on)(withDevices).text
  t.regex(fenced, /name="stonith-enabled" value="true"/)
  const stopped = fencingPropertiesEdit(off)(fenced).text
  t.regex(stopped, /name="stonith-enabled" value="false"/)
  t.notRegex(stopped, /stonith-action|priority-fencing-delay/)
  t.deepEqual(devicesIn(stopped).own, ['plug'])
  t.deepEqual(devicesIn(devicesEdit(off)(stopped).text), { own: [], foreign: [] })
})

test('on a cluster that somebody else built, only what ha-run switched on is switched off', t => {
  const foreign = { ...off, properties: {}, foreign: true } as const
  t.deepEqual(fencingPropertiesEdit(foreign)(empty).differences, [])
  const fenced = fencingPropertiesEdit(on)(devicesEdit(on)(empty).text).text
  t.regex(fencingPropertiesEdit(foreign)(fenced).text, /name="stonith-enabled" value="false"/)
})

test('devices that are kept stay as they are', t => {
  const fenced = devicesEdit(on)(empty).text
  const kept = clusterOf({ fencing: 'kept' })
  t.deepEqual(devicesEdit(kept, { purge: true })(fenced), { text: fenced, differences: [] })
})
