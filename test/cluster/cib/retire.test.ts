import test from 'ava'
import { candidate } from '../../../runner/cluster/cib/cib.js'
import {
  withFormerPrimitives,
  primitivesToStopFirst,
  withPrimitivesStopped,
} from '../../../runner/cluster/cib/retire.js'
import { declaredOf } from '../declared.js'

const primitive = (id: string) => `<primitive id="${id}" class="ocf" provider="p" type="t"/>`
const cib = (...resources: string[]) =>
  `<cib><configuration><crm_config/><nodes/><resources>${resources.join('')}</resources><constraints/></configuration></cib>`

test('primitives that are removed stop first if others are added', t => {
  const old = cib(primitive('A'), `<group id="G">${primitive('B')}</group>`)
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('C'), `<group id="G">${primitive('B')}</group>`)), ['A'])
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('A'), primitive('C'))), ['B'])
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('B'))), [], 'none is added')
  t.deepEqual(primitivesToStopFirst(old, cib(primitive('A'), primitive('B'), primitive('C'))), [], 'none is removed')
  t.deepEqual(
    primitivesToStopFirst(old, cib(primitive('A'), `<group id="H">${primitive('B')}</group>`)),
    [],
    'a group with another id',
  )
})

test('the change itself starts from the primitives before the first step', t => {
  const before = cib(`<group id="G">${primitive('A')}${primitive('B')}</group>`)
  t.is(
    withFormerPrimitives(withPrimitivesStopped(before, ['A']).text, before, ['A', 'gone']).replace('    <tags/>\n', ''),
    withPrimitivesStopped(before, []).text,
  )
})

test('a remote node is not confused with its primitive', t => {
  const node = '<node id="A" type="remote" uname="A"/>'
  const before = cib(primitive('A')).replace('<nodes/>', `<nodes>${node}</nodes>`)
  const stopped = withPrimitivesStopped(before, ['A']).text
  t.regex(
    stopped,
    /<nodes>\s*<node id="A" type="remote" uname="A"\/>\s*<\/nodes>[^]*<primitive id="A"[^]*name="target-role" value="Stopped"/,
  )
  t.is(
    withFormerPrimitives(stopped, before, ['A']).replace('    <tags/>\n', ''),
    withPrimitivesStopped(before, []).text,
  )
})

test('after an interrupted run, a primitive that is declared after all is not left stopped', t => {
  const declared = declaredOf({ resources: [{ kind: 'primitive', id: 'A', agent: 'ocf:p:t' }] })
  const cut = withPrimitivesStopped(candidate(cib(), declared).text, ['A']).text
  t.deepEqual(candidate(cut, declared).differences, [{ subject: 'A meta target-role', from: 'Stopped', to: undefined }])
})

test('only the target role changes, and a second time nothing does', t => {
  const { text, differences } = withPrimitivesStopped(cib(primitive('A'), primitive('B')), ['A', 'gone'])
  t.deepEqual(differences, [{ subject: 'A meta target-role', from: undefined, to: 'Stopped' }])
  t.regex(
    text,
    /<primitive id="A"[^]*name="target-role" value="Stopped"[^]*<primitive id="B" class="ocf" provider="p" type="t"\/>/,
  )
  t.deepEqual(withPrimitivesStopped(text, ['A']).differences, [])
})
