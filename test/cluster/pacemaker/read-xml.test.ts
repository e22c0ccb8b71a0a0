import test from 'ava'
import { candidate, foreignObjects } from '../../../runner/cluster/cib/cib.js'
import { digestOf, withoutStatus } from '../../../runner/cluster/cib/version.js'
import { withStandby } from '../../../runner/cluster/pacemaker/drain.js'
import { attribute, readXml, renderXml } from '../../../runner/cluster/pacemaker/xml.js'

const cib = (id: string) =>
  `<cib epoch="1" admin_epoch="0"><configuration><crm_config/><nodes><node id="1" uname="node1"/></nodes><resources><primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"/></resources><constraints/></configuration><status><node_state id="1"/></status></cib>`

test('readers of one text share its document', t => {
  t.is(readXml(cib('a')), readXml(cib('a')))
})

test('an edit does not change what others read', t => {
  const text = cib('b')
  const before = renderXml(readXml(text))
  const edited = [
    candidate(text, { resources: [] }, { purge: true }).text,
    withStandby(text, 'node1'),
    withoutStatus(text),
  ]
  for (const each of edited) t.notDeepEqual(readXml(each), readXml(text))
  t.is(foreignObjects(text, {}).length, 1)
  t.regex(digestOf(text), /^\w{12}$/)
  t.is(renderXml(readXml(text)), before)
})

test('few large documents are kept', t => {
  const large = (at: number) => `<a id="${at}" b="${'x'.repeat(3_000_000)}"/>`
  const first = readXml(large(0))
  t.is(readXml(large(0)), first)
  for (const at of [1, 2]) t.is(attribute(readXml(large(at)), 'id'), String(at))
  t.not(readXml(large(0)), first)
})
