import test from 'ava'
import fc from 'fast-check'
import { damaged, endless, hostileText, isDefect } from './hostile-output.js'
import { parsers } from './node-parsers.js'

/** Code that reads what a node prints never crashes and never hangs: it returns a value, or an error that says what it cannot read. */

for (const [name, parse, samples] of parsers) {
  const reads = (text: string) => {
    try {
      parse(text)
    } catch (error) {
      if (isDefect(error))
        throw new Error(`${String(error)} at ${JSON.stringify(text.slice(0, 300))}`, { cause: error })
    }
  }

  test(`${name}: what is damaged or hostile is no crash`, t => {
    t.true(samples.length > 0)
    fc.assert(fc.property(fc.oneof({ weight: 4, arbitrary: damaged(samples) }, hostileText), reads), { numRuns: 50 })
  })

  test(`${name}: an endless output is no crash, and is read once`, t => {
    for (const text of endless) reads(text)
    t.pass()
  })
}
