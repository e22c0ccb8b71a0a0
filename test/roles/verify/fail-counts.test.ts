import test from 'ava'
import { failCountsIn } from '../../../roles/verify/fail-counts.js'

const cib = (node1: string, node2 = '') => `<cib><configuration/><status>
<node_state id="1" uname="node1"><transient_attributes id="1"><instance_attributes id="status-1">${node1}</instance_attributes></transient_attributes></node_state>
<node_state id="2" uname="node2"><transient_attributes id="2"><instance_attributes id="status-2">${node2}</instance_attributes></transient_attributes></node_state>
</status></cib>`
const pair = (name: string, value: string) => `<nvpair id="x-${name}" name="${name}" value="${value}"/>`

test('fail counts per resource, operation and node', t => {
  t.deepEqual(
    failCountsIn(
      cib(
        pair('fail-count-WebSite#monitor_60000', '3') + pair('last-failure-WebSite#monitor_60000', '1795804375'),
        pair('fail-count-FloatIP#start_0', 'INFINITY') + pair('fail-count-Old', '1'),
      ),
    ),
    [
      { resource: 'WebSite', operation: 'monitor_60000', node: 'node1', count: '3' },
      { resource: 'FloatIP', operation: 'start_0', node: 'node2', count: 'INFINITY' },
      { resource: 'Old', operation: 'an operation', node: 'node2', count: '1' },
    ],
  )
})

test('no fail counts, or 0', t => {
  t.deepEqual(failCountsIn(cib('')), [])
  t.deepEqual(failCountsIn(cib(pair('fail-count-WebSite#monitor_60000', '0'))), [])
})
