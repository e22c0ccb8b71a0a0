import { readFileSync } from 'node:fs'
import test from 'ava'
import { picture } from './picture.js'
import { withTable } from './publish.js'
import { merged, pictureFile, pageFile, readResults, resultsFile, resultsSchema } from './results.js'
import { sample, sampleResults } from './sample.js'

test('docs/benchmark.md and the picture show results.json', t => {
  const results = readResults(resultsFile)
  const page = readFileSync(pageFile, 'utf8')
  t.is(withTable(page, results!), page)
  t.is(picture(results!), readFileSync(pictureFile, 'utf8'))
})

test("new results take the place of the same works', others stay, in the order of the works", t => {
  const old = sampleResults(sample('a', 2, 'floor', 1), sample('a', 2, 'ha-run', 1), sample('g', 16, 'Ansible', 1))
  const fresh = sampleResults(
    sample('h', 0, 'ha-run', 3),
    sample('a', 2, 'ha-run', 2),
    sample('f', 64, 'ha-run', 4),
    sample('f', 4, 'ha-run', 4),
  )
  const { series } = merged(old, fresh)
  t.deepEqual(
    series.map(({ work, nodes, tool }) => `${work} ${nodes} ${tool}`),
    ['a 2 ha-run', 'f 4 ha-run', 'f 64 ha-run', 'g 16 Ansible', 'h 0 ha-run'],
  )
  t.is(series[0]!.runs[1]!.seconds, 2)
  t.deepEqual(merged(undefined, fresh).series.length, 4)
})

test('results that are none are refused', t => {
  const good = sampleResults(sample('a', 2, 'floor', 1))
  t.notThrows(() => resultsSchema.parse(good))
  t.throws(() => resultsSchema.parse({ ...good, series: [{ ...good.series[0], runs: [] }] }))
  t.throws(() => resultsSchema.parse({ ...good, series: [{ ...good.series[0], work: 'z' }] }))
  t.throws(() => resultsSchema.parse({ ...good, more: 1 }))
})

test('a page without markers is refused', t => {
  t.throws(() => withTable('# ha-run\n', sampleResults(sample('a', 2, 'floor', 1))), {
    message: /<!-- bench --> … <!-- \/bench -->/,
  })
})
