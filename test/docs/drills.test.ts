/* oxlint-disable typescript/no-unsafe-type-assertion -- the file is written by the drills */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { pageText, type Measured } from '../end-to-end/drills/results.js'

const results = JSON.parse(readFileSync('test/end-to-end/drills/results.json', 'utf8')) as Record<string, Measured>

test('docs/drills.md shows what was measured', t => {
  t.is(readFileSync('docs/drills.md', 'utf8'), pageText(results))
})

test('with fencing, no two nodes had the address, and no two nodes were fenced', t => {
  const measured = results['with']
  const rounds = [
    ...Object.values(measured?.rounds ?? {}).flatMap(layouts => Object.values(layouts)),
    ...Object.values(measured?.races ?? {}).flat(),
  ]
  t.true(rounds.length > 40)
  for (const { duplicate_address_ms, fenced } of rounds) {
    t.is(duplicate_address_ms, 0)
    t.notRegex(fenced ?? '', /,/)
  }
})
