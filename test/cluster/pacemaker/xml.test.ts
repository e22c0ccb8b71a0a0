import test from 'ava'
import fc from 'fast-check'
import { CharacterData } from '../../../runner/cluster/pacemaker/element.js'
import {
  attribute,
  attributesOf,
  elementsOf,
  newElement,
  parseXml,
  renderXml,
  type Element,
} from '../../../runner/cluster/pacemaker/xml.js'
import { hostileText } from '../arbitraries.js'

const name = fc.constantFrom('cib', 'nvpair', 'rsc_order', 'x-y', 'class')

/** An element as it is read, down to its comments and texts. */
type Tree = [name: string, attributes: [name: string, value: string][], children: (Tree | string)[]]

const { tree } = fc.letrec<{ tree: Tree }>(tie => ({
  tree: fc.tuple(
    name,
    fc.dictionary(name, hostileText).map(pairs => Object.entries(pairs)),
    fc.oneof<fc.Arbitrary<Tree[2]>[]>(
      fc.constant([]),
      // White space alone is not kept, and `--` cannot be in a comment.
      hostileText.map(text => [`t${text}`]),
      hostileText.map(text => [`<!--${text.replaceAll('-', '').replaceAll('\r', '')}-->`]),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  ),
}))

function elementOf([tag, attributes, children]: Tree): Element {
  const element = newElement(tag, Object.fromEntries(attributes))
  for (const child of children) {
    if (typeof child !== 'string') element.appendChild(elementOf(child))
    else if (child.startsWith('<!--')) element.appendChild(parseXml(`<x>${child}</x>`).firstChild!)
    else element.appendChild(new CharacterData('text', child))
  }
  return element
}

function treeOf(element: Element): Tree {
  return [
    element.tagName,
    attributesOf(element),
    [...element.childNodes()].flatMap((node): (Tree | string)[] => {
      if (!(node instanceof CharacterData)) return [treeOf(node)]
      if (node.kind === 'comment') return [`<!--${node.data}-->`]
      return node.data.trim() === '' ? [] : [node.data]
    }),
  ]
}

test('a document that is written and parsed again is the same', t => {
  fc.assert(
    fc.property(tree, expected => {
      const text = renderXml(elementOf(expected))
      t.is(renderXml(parseXml(text)), text)
      t.deepEqual(treeOf(parseXml(text)), expected)
    }),
    { numRuns: 500 },
  )
})

test('a document that is parsed and written without an edit loses nothing', t => {
  const cib = `<cib epoch="7" admin_epoch="0">
  <!-- <status>, as it was </status> -->
  <configuration>
    <acl_role id="r">text &amp; more</acl_role>
    <unknown z="1" a="&lt;&quot;&amp;&#10;&#9;"/>
    <script><![CDATA[ <x> ]]></script>
  </configuration>
</cib>
`
  t.is(renderXml(parseXml(cib)), cib)
  t.is(renderXml(parseXml(cib.replaceAll(/\n */g, ''))), cib)
})

test('references and white space in attributes are read as XML 1.0 specifies', t => {
  const b = '&lt;&#x41;&#66;&apos;&quot;&gt;&amp;amp;'
  const element = parseXml(`<a b="${b}" c='one\n two\tthree\r\nfour&#10;' d="\u0085\u2028"/>`)
  t.deepEqual(Object.fromEntries(attributesOf(element)), {
    b: '<AB\'">&amp;',
    c: 'one  two three four\n',
    d: '\u0085\u2028',
  })
})

test('a report with a control character can be parsed', t => {
  t.is(attribute(parseXml('<failure exitreason="&#27;[31mno&#27;[0m"/>'), 'exitreason'), '\u001B[31mno\u001B[0m')
})

test('an element that is moved leaves its place', t => {
  const root = parseXml('<a><b><d/></b><c/></a>')
  const [b, c] = elementsOf(root)
  c!.appendChild(elementsOf(b)[0]!)
  t.is(renderXml(root).replaceAll(/\s/g, ''), '<a><b/><c><d/></c></a>')
})

const broken = [
  '',
  'x',
  '<a>',
  '<a/><b/>',
  '<a></b>',
  '<?xml version="1.0"?>',
  '<a/>x',
  '<a b=1/>',
  '<a b="<"/>',
  '<a b="&nbsp;"/>',
  '<a b="&amp"/>',
  '<a b="&#x110000;"/>',
  '<a b="1" b="2"/>',
  '<a>&#x110000;</a>',
]

for (const text of broken) {
  test(`not well-formed: ${text}`, t => {
    t.throws(() => parseXml(text), { message: /^not well-formed XML: / })
  })
}
