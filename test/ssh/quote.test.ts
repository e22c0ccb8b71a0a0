/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { spawnSync } from 'node:child_process'
import test from 'ava'
import fc from 'fast-check'
import { quote, quoteAll, sh } from '../../runner/ssh/quote.js'
import { remote } from '../../runner/ssh/remote.js'
import { Secret } from '../../runner/secret.js'
import { hostileWords } from './hostile.js'
import { localSession, scratch, shells } from './local-shell.js'

const plain = test.macro({
  exec: (t, word: string | number, expected: string) => t.is(quote(word), expected),
  title: (_, word) => `${JSON.stringify(word)} stands as it should`,
})

test(plain, 'corosync-cfgtool', 'corosync-cfgtool')
test(plain, '/etc/a_b-c.d', '/etc/a_b-c.d')
test(plain, 20, '20')
test(plain, '', "''")
test(plain, 'a b', "'a b'")
test(plain, "it's", "'it'\\''s'")
test(plain, 'x\n', "'x\n'")
test(plain, '~', "'~'")
test(plain, 'a=b', "'a=b'")
test(plain, 'é', "'é'")

// A shell for several cases, since starting one is most of what a case costs.
const manyHostileWords = fc.array(hostileWords, { minLength: 10, maxLength: 10 })

for (const [name, [command, ...argv]] of shells) {
  /** What a script prints, cut where it printed a NUL. */
  const printed = (script: string) =>
    spawnSync(command!, [...argv, '-c', script], { cwd: scratch })
      .stdout.toString()
      .split('\0')
      .slice(0, -1)

  test(`a list of hostile arguments comes back byte for byte, ${name}`, t => {
    fc.assert(
      fc.property(manyHostileWords, lists => {
        t.deepEqual(printed(lists.map(values => sh`printf '%s\\0' ${values}`).join('\n')), lists.flat())
      }),
      { numRuns: 15 },
    )
  })

  test(`hostile arguments reach a command in a session unchanged, ${name}`, async t => {
    const $ = remote({ name: 'node1', session: localSession(t, [command!, ...argv]).session })
    await fc.assert(
      fc.asyncProperty(hostileWords, async values => {
        const [first, ...others] = values as [string, ...string[]]
        const one = await $`printf '%s' ${first}`
        t.is(one.stdout, first)
        const many = await $`printf '%s\\0' ${first} ${others} ${`x${first}`}`
        t.deepEqual(many.stdout.split('\0').slice(0, -1), [first, ...others, `x${first}`])
      }),
      { numRuns: 60 },
    )
  })

  test(`a quoted argument inside a quoted script stays whole, ${name}`, t => {
    fc.assert(
      fc.property(manyHostileWords, lists => {
        t.deepEqual(printed(sh`sh -c ${lists.map(values => sh`printf '%s\\0' ${values}`).join('\n')}`), lists.flat())
      }),
      { numRuns: 5 },
    )
  })
}

test('an empty list is no argument, an empty string is one', t => {
  t.is(quoteAll([]), '')
  t.is(sh`a ${[]} b ${''} c`, "a  b '' c")
})

test('backslashes of a template stay as they are', t => {
  t.is(sh`printf '%s\\n' ${'\\n'}`, "printf '%s\\n' '\\n'")
})

const refuses = test.macro({
  exec: (t, value: unknown, message: string) => {
    t.throws(() => quote(value as string), { instanceOf: TypeError, message })
    t.throws(() => sh`echo ${[value as string]}`, { instanceOf: TypeError, message })
  },
  title: (name = '') => `${name} cannot be an argument`,
})

test('a NUL byte', refuses, 'a\0b', 'an argument cannot contain a NUL byte')
test('a secret', refuses, new Secret(Buffer.from('canary')), 'a secret cannot be an argument: send it as input')
test('undefined', refuses, undefined, 'not an argument: undefined')
test('an object', refuses, {}, 'not an argument: object')
test('a boolean', refuses, true, 'not an argument: boolean')
