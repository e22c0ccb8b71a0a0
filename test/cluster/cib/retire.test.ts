import test from 'ava'
import { candidate } from '../../../runner/cluster/cib/cib.js'
import { withFormerPrimitives, primitivesToStopFirst, withPrimitivesStopped } from '../../../runner/cluster/cib/retire.js'
import { declaredOf } from '../declared.js'

const primitive = (id: string) => `<primitive id="${id}" class="ocf" provider="p" type="t"/>`
const cib = (...resources: string[]) => `<cib><configuration><crm_config/><nodes/><resources>${resources.join('')}</resources><constraints/></configuration></cib>`

test('a step of its own is for primitives that go where others come', t => {
  const old = cib(primitive('A'), `<group id="G">${primitive('B')}</group>`)
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('C'), `<group id="G">${primitive('B')}</group>`)), ['A'])
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('A'), primitive('C'))), ['B'])
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('B'))), [], 'nothing comes')
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('A'), primitive('B'), primitive('C'))), [], 'nothing goes')
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('A'), `<group id="H">${primitive('B')}</group>`)), [], 'a group under another name')
})

test('what was told to stop counts as it was', t => {
  const before = cib(`<group id="G">${primitive('A')}${primitive('B')}</group>`)
  t.is(withFormerPrimitives(withPrimitivesStopped(before, ['A']).text, before, ['A', 'gone']).replace('    <tags/>\n', ''), withPrimitivesStopped(before, []).text)
})

test('a remote node is not taken for its primitive', t => {
  const node = '<node id="A" type="remote" uname="A"/>'
  const before = cib(primitive('A')).replace('<nodes/>', `<nodes>${node}</nodes>`)
  const stopped = withPrimitivesStopped(before, ['A']).text
  t.regex(stopped, /<nodes>\s*<node id="A" type="remote" uname="A"\/>\s*<\/nodes>[^]*<primitive id="A"[^]*name="target-role" value="Stopped"/)
  t.is(withFormerPrimitives(stopped, before, ['A']).replace('    <tags/>\n', ''), withPrimitivesStopped(before, []).text)
})

test('a run that was cut short leaves nobody stopped who is declared after all', t => {
  const declared = declaredOf({ resources: [{ kind: 'primitive', id: 'A', agent: 'ocf:p:t' }] })
  const cut = withPrimitivesStopped(candidate(cib(), declared).text, ['A']).text
  t.deepEqual(candidate(cut, declared).differences, [{ subject: 'A meta target-role', from: 'Stopped', to: undefined }])
})

test('they are told to stop, and nothing else changes; a second time there is nothing to say', t => {
  const { text, differences } = withPrimitivesStopped(cib(primitive('A'), primitive('B')), ['A', 'gone'])
  t.deepEqual(differences, [{ subject: 'A meta target-role', from: undefined, to: 'Stopped' }])
  t.regex(text, /<primitive id="A"[^]*name="target-role" value="Stopped"[^]*<primitive id="B" class="ocf" provider="p" type="t"\/>/)
  t.deepEqual(withPrimitivesStopped(text, ['A']).differences, [])
})
