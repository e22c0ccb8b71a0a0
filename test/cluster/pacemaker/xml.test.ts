import test from 'ava'
import fc from 'fast-check'
import { parseXml, renderXml, type Element } from '../../../runner/cluster/pacemaker/xml.js'
import { hostileText } from '../arbitraries.js'

const name = fc.constantFrom('cib', 'nvpair', 'rsc_order', 'x-y', 'class')
const { element } = fc.letrec<{ element: Element }>(tie => ({
  element: fc.record({
    name,
    attributes: fc.dictionary(name, hostileText).map(pairs => new Map(Object.entries(pairs))),
    children: fc.oneof<fc.Arbitrary<Element['children']>[]>(
      fc.constant([]),
      // White space alone is not kept, and `--` cannot be in a comment.
      hostileText.map(text => [{ text: `t${text}` }]),
      hostileText.map(text => [{ comment: text.replaceAll('-', '').replaceAll('\r', '') }]),
      fc.array(tie('element'), { maxLength: 3 })
    )
  })
}))

test('what is written reads the same', t => {
  fc.assert(fc.property(element, tree => {
    const text = renderXml(tree)
    t.is(renderXml(parseXml(text)), text)
    t.deepEqual(parseXml(text), tree)
  }), { numRuns: 500 })
})

test('references and white space in attributes mean what XML says', t => {
  const b = '&lt;&#x41;&#66;&apos;&quot;&gt;&amp;amp;'
  const { attributes } = parseXml(`<a b="${b}" c='one\n two\tthree\r\nfour&#10;'/>`)
  t.deepEqual(Object.fromEntries(attributes), { b: '<AB\'">&amp;', c: 'one  two three four\n' })
})

const broken = [
  '', 'x', '<a>', '<a/><b/>', '<a></b>', '<?xml version="1.0"?>',
  '<a b="&nbsp;"/>', '<a b="&amp"/>', '<a b="&#x110000;"/>', '<a b="1" b="2"/>'
]

for (const text of broken) {
  test(`no document: ${text}`, t => {
    t.throws(() => parseXml(text))
  })
}
