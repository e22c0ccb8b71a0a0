/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { chooseKey } from '../../../roles/authkey/key.js'
import { TaskError } from '../../../runner/errors.js'

const [a, b, c] = ['a', 'b', 'c'].map(digit => digit.repeat(64)) as [string, string, string]

const keeps = test.macro({
  exec: (t, hashes: (string | undefined)[], loaded: string[], expected: string | undefined) => {
    t.is(
      chooseKey(
        hashes.map((hash, at) => [`node${at + 1}`, hash]),
        new Set(loaded),
      ),
      expected,
    )
  },
  title: (name = '') => `the key for all nodes: ${name}`,
})

test('no node has one', keeps, [undefined, undefined], [], undefined)
test('all have the same', keeps, [a, a], [], a)
test('one node has one', keeps, [undefined, a, undefined], [], a)
test('the loaded one of two', keeps, [a, b], [b], b)
test('the loaded one of three', keeps, [a, b, c], [a], a)

const refuses = test.macro({
  exec: (t, hashes: (string | undefined)[], loaded: string[], who: string) => {
    const error = t.throws(
      () =>
        chooseKey(
          hashes.map((hash, at) => [`node${at + 1}`, hash]),
          new Set(loaded),
        ),
      { instanceOf: TaskError },
    )
    t.true(error.message.includes(`: ${who}; corosync has loaded `), error.message)
    t.false(error.message.includes(a))
    t.truthy(error.hint)
  },
  title: (name = '') => `no key is chosen: ${name}`,
})

const shown = (hash: string) => `secret sha256:${hash.slice(0, 12)}`
test('the only file is not what is loaded', refuses, [a, undefined], [b], `node1 ${shown(a)}, node2 (none)`)
test('all files are gone, one is loaded', refuses, [undefined, undefined], [b], 'node1 (none), node2 (none)')
test('two, none loaded', refuses, [a, b], [], `node1 ${shown(a)}, node2 ${shown(b)}`)
test('two, both loaded', refuses, [a, b], [a, b], `node1 ${shown(a)}, node2 ${shown(b)}`)
test('two, a third one loaded', refuses, [a, undefined, b], [c], `node1 ${shown(a)}, node2 (none), node3 ${shown(b)}`)
