import test from 'ava'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { picture } from './picture.js'
import { sample, sampleResults } from './sample.js'

const asText = { ignoreAttributes: false, attributeNamePrefix: '', parseTagValue: false }

interface Svg {
  svg: {
    width: string
    height: string
    rect: { class: string; x: string; width: string }[]
    text: { '#text': string; x: string; y: string; class: string }[]
  }
}
const read = (text: string) => (new XMLParser(asText).parse(text) as Svg).svg

const results = sampleResults(
  sample('a', 2, 'floor', 0.25),
  sample('a', 2, 'ha-run', 0.5),
  sample('a', 2, 'Ansible', 5),
  sample('d', 16, 'ha-run', 3),
  sample('d', 16, 'Ansible', 30),
  ...[1, 4, 16, 64].map(count => sample('f', count, 'ha-run', count / 10)),
)

test('the picture is well-formed, and knows both colour schemes', t => {
  const text = picture(results)
  t.true(XMLValidator.validate(text))
  t.true(text.includes('@media (prefers-color-scheme: dark)'))
})

test("a work's bars are as long as their medians, and each has its figure", t => {
  const { rect, text } = read(picture(results))
  const length = (kind: string) => Number(rect.find(one => one.class === kind)!.width)
  t.true(Math.abs(length('ansible') / length('ha-run') - 10) < 0.1)
  t.true(Math.abs(length('ha-run') / length('floor') - 2) < 0.1)
  const words = text.map(one => one['#text'])
  for (const figure of ['0.25 s', '0.50 s · 2.0x', '5.00 s · 20x', '3.00 s', '30.0 s · 10x', '6.40 s', '90 MB'])
    t.true(words.includes(figure), figure)
})

test('nothing stands outside of the picture, whatever was measured', t => {
  for (const some of [
    results,
    sampleResults(sample('h', 0, 'node', 0.05), sample('h', 0, 'ha-run', 0.1)),
    sampleResults(...results.series.slice(0, 3), sample('c', 2, 'Ansible seeded', 9)),
  ]) {
    const { width, height, rect, text } = read(picture(some))
    t.true(rect.every(one => Number(one.x) + Number(one.width) <= Number(width)))
    t.true(text.every(one => Number(one.y) < Number(height) && Number(one.x) < Number(width)))
    // Names end at their x; a letter is about 7 wide.
    t.true(text.filter(one => one.class === 'name').every(one => Number(one.x) - one['#text'].length * 7 >= 0))
  }
})
