import test from 'ava'
import fc from 'fast-check'
import { candidate } from '../../../runner/cluster/cib/cib.js'
import { withoutChange } from '../../../roles/rollback/restore.js'
import { declaration } from '../../cluster/arbitraries.js'

const empty = '<cib><configuration><crm_config/><nodes/><resources/><constraints/></configuration></cib>'
const cib = (resources: string, constraints = '', properties = '') =>
  `<cib><configuration><crm_config><cluster_property_set id="o">${properties}</cluster_property_set></crm_config><nodes/><resources>${resources}</resources><constraints>${constraints}</constraints></configuration></cib>`
const primitive = (id: string, value: string) =>
  `<primitive id="${id}" class="ocf" provider="p" type="t"><instance_attributes id="${id}-i"><nvpair id="${id}-i-a" name="a" value="${value}"/></instance_attributes></primitive>`
const lines = (differences: { subject: string; from: string | undefined; to: string | undefined }[]) =>
  differences.map(({ subject, from, to }) => `${subject}: ${from ?? '-'} -> ${to ?? '-'}`)

test('any change is undone, and made again by a second rollback', t => {
  fc.assert(
    fc.property(declaration, declaration, (first, second) => {
      const before = candidate(empty, first).text
      const after = candidate(before, second).text
      const back = withoutChange(after, { before, after })
      t.deepEqual(withoutChange(back.text, { before, after }).differences, [])
      const again = withoutChange(back.text, { before: after, after: back.text })
      t.deepEqual(candidate(again.text, second).differences, [])
    }),
  )
})

test('other changes since then stay, and their order too', t => {
  const before = cib(primitive('A', '1') + primitive('B', '1'))
  const after = cib(primitive('B', '2'))
  const now = cib(
    primitive('B', '2') + primitive('Theirs', '5'),
    '<rsc_location id="l" rsc="Theirs" node="n1" score="1"/>',
  )
  const { text, differences } = withoutChange(now, { before, after })
  t.deepEqual(
    lines(differences),
    ['B param a: 2 -> 1', 'primitive A: - -> ocf:p:t', 'A param a: - -> 1'].toSorted(
      (one, other) => lines(differences).indexOf(one) - lines(differences).indexOf(other),
    ),
  )
  t.regex(text, /id="A"[^]*id="B"[^]*value="1"[^]*id="Theirs"[^]*id="l"/)
})

test('a value of a remote node is not confused with one of its primitive', t => {
  const node = (standby: string) =>
    `<nodes><node id="A" type="remote" uname="A"><instance_attributes id="n"><nvpair id="n-a" name="a" value="${standby}"/></instance_attributes></node></nodes>`
  const [before, after] = ['off', 'on'].map(standby => cib(primitive('A', '1')).replace('<nodes/>', node(standby))) as [
    string,
    string,
  ]
  t.deepEqual(lines(withoutChange(after, { before, after }).differences), ['node A attribute a: on -> off'])
})

test('one property among those that Pacemaker sets itself', t => {
  const pair = (name: string, value: string) => `<nvpair id="o-${name}" name="${name}" value="${value}"/>`
  const now = cib('', '', pair('dc-version', '3') + pair('x', '2'))
  const { differences } = withoutChange(now, {
    before: cib('', '', pair('dc-version', '2')),
    after: cib('', '', pair('dc-version', '2') + pair('x', '2')),
  })
  t.deepEqual(lines(differences), ['property x: 2 -> -'])
})

test('nothing is undone if somebody has changed an object since', t => {
  const error = t.throws(() =>
    withoutChange(cib(primitive('A', '3')), { before: cib(primitive('A', '1')), after: cib(primitive('A', '2')) }),
  )
  t.is(error.message, 'changed in the CIB since then: A; nothing was rolled back')
})
