import test from 'ava'
import { XMLParser } from 'fast-xml-parser'
import fc from 'fast-check'
import { html } from '../../runner/report/html.js'

test('text is escaped, markup is not, undefined and false are empty', t => {
  t.is(
    String(html`<p class="${'"x"'}">${'<b>'}${1}${html`<i>${'&'}</i>`}${undefined}${false}${['a', html`<br/>`]}</p>`),
    '<p class="&quot;x&quot;">&lt;b&gt;1<i>&amp;</i>a<br/></p>',
  )
})

test('an object that looks like markup is refused', t => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as if from JSON that a node sent
  const forged = { toString: () => '<script>', length: 0, map: () => ['<script>'] } as unknown as string
  t.throws(() => String(html`${forged}`))
})

test('a parser returns any text, from an element and from an attribute', t => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    trimValues: false,
    parseTagValue: false,
  })
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'<>&"\'`/=-!\\${} abc;#x1é'.split('')) }), text => {
      // An element without text would have no value, so the text stands between two characters.
      const parsed = parser.parse(String(html`<p title="|${text}|">|${text}|</p>`)) as {
        p: { title: string; '#text': string }
      }
      t.is(parsed.p['#text'], `|${text}|`)
      t.is(parsed.p.title, `|${text}|`)
    }),
  )
})
