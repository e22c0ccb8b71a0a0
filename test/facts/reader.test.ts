import { spawnSync } from 'node:child_process'
import { setImmediate as turn } from 'node:timers/promises'
import test from 'ava'
import type { ProcessOutput } from 'zx/core'
import { fact, withDaemonTimeout, type Family } from '../../runner/facts/fact.js'
import { FactReader } from '../../runner/facts/reader.js'
import { localNode, localSession } from '../ssh/local-shell.js'

/** A family that says its arguments back, and remembers with whom each was asked. */
function echoFamily(name: string) {
  const asked: string[][] = []
  const family: Family<string> = {
    name,
    script: args => {
      asked.push([...args])
      return `printf '%s\\n' ${args.join(' ')}`
    },
    parse: ({ stdout }) => stdout.trim().split('\n'),
  }
  return { asked, of: (argument: string) => ({ family, argument }) }
}

test('what is read in one turn goes in one frame, a family in one script', async t => {
  const place = localNode(t)
  const reader = new FactReader(place)
  const [one, two] = [echoFamily('one'), echoFamily('two')]
  const values = await Promise.all([
    reader.read(one.of('a')),
    reader.read(two.of('x')),
    reader.read(one.of('b')),
    turn0(async () => reader.read(two.of('y'))),
  ])
  t.deepEqual(values, ['a', 'x', 'b', 'y'])
  t.deepEqual([one.asked, two.asked], [[['a', 'b']], [['x', 'y']]])
  t.is(place.session.frames, 1)
})

test('a fact that waits is read beside the others of its turn, and each gets its own answer', async t => {
  const place = localNode(t)
  const reader = new FactReader(place)
  const waits: Family<string> = { ...echoFamily('waits').of('').family, waits: true }
  const { of } = echoFamily('one')
  t.deepEqual(
    await Promise.all([reader.read({ family: waits, argument: 'late' }), reader.read(of('a')), reader.read(of('b'))]),
    ['late', 'a', 'b'],
  )
  t.is(place.session.frames, 1)
})

/** Some microtasks later, in the same turn of the event loop. */
async function turn0<T>(work: () => Promise<T>): Promise<T> {
  for (let at = 0; at < 10; at += 1) await Promise.resolve()
  return work()
}

test('a fact is read once, until forget()', async t => {
  const place = localNode(t)
  const reader = new FactReader(place)
  const { of, asked } = echoFamily('one')
  await Promise.all([reader.read(of('a')), reader.read(of('a'))])
  await reader.read(of('a'))
  t.deepEqual(asked, [['a']])
  reader.forget()
  t.is(await reader.read(of('a')), 'a')
  t.deepEqual(asked, [['a'], ['a']])
  t.is(place.session.frames, 2)
})

test('forget() between two reads of one turn: both get the value, also of a fact without argument', async t => {
  const reader = new FactReader(localNode(t))
  const { of, asked } = echoFamily('one')
  const plain = fact('plain', 'echo answer', ({ stdout }) => stdout.trim())
  const first = [reader.read(of('a')), reader.read(plain), reader.read(of('b'))]
  reader.forget()
  const second = [reader.read(of('b')), reader.read(plain)]
  t.deepEqual(await Promise.all([...first, ...second]), ['a', 'answer', 'b', 'b', 'answer'])
  t.deepEqual(asked, [['a', 'b']])
})

test('forget() while a fact is being read: the next read sends it again', async t => {
  const place = localNode(t)
  const reader = new FactReader(place)
  const { of, asked } = echoFamily('one')
  const first = reader.read(of('a'))
  await turn()
  reader.forget()
  const second = reader.read(of('a'))
  t.deepEqual(await Promise.all([first, second]), ['a', 'a'])
  t.deepEqual(asked.flat(), ['a', 'a'])
})

test('a failing parse rejects its own family only', async t => {
  const reader = new FactReader(localNode(t))
  const wrong = fact('wrong', 'echo x', (): never => {
    throw new Error('garbage')
  })
  const [bad, good] = await Promise.allSettled([
    reader.read(wrong),
    reader.read(fact('right', 'echo y', ({ stdout }) => stdout)),
  ])
  t.like(bad, { status: 'rejected', reason: { name: 'TaskError', message: 'node1: garbage' } })
  t.like(good, { status: 'fulfilled', value: 'y\n' })
})

test('an exit code and an empty output are left to the family', async t => {
  const reader = new FactReader(localNode(t))
  const judge = ({ exitCode, stdout, stderr }: ProcessOutput) => `${exitCode} ${stdout}${stderr}`
  const values = await Promise.all(
    ['exit 3', 'no-such-tool-at-all 2>/dev/null', 'echo x >&2'].map(async script =>
      reader.read(fact('f', script, judge)),
    ),
  )
  t.deepEqual(values, ['3 ', '127 ', '0 x\n'])
})

test('a command that asks a daemon is ended by the node if it hangs', t => {
  t.is(withDaemonTimeout('crm_mon -1'), 'timeout -k 1 5 crm_mon -1')
})

test('a lost session rejects every fact, later ones too', async t => {
  const { session, shell } = localSession(t)
  const reader = new FactReader({ name: 'node1', session })
  const { of } = echoFamily('one')
  const hanging = reader.read(fact('hang', 'sleep 30', ({ stdout }) => stdout))
  await turn()
  shell.kill()
  await t.throwsAsync(hanging, { name: 'ConnectError' })
  await t.throwsAsync(reader.read(of('a')), { name: 'ConnectError' })
})

test('too many facts for one frame are an error, not a hang', async t => {
  const reader = new FactReader(localNode(t))
  await t.throwsAsync(reader.read(fact('long', `: ${'x'.repeat(130_000)}`, () => 0)), { instanceOf: RangeError })
})

// An argument that cannot be one (a NUL byte). In a process of its own: an unhandled rejection would end it.
test('a fact whose script cannot be built is an error, not the end of the process', t => {
  const from = (path: string) => new URL(`../../runner/${path}`, import.meta.url).href
  const { stdout } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `
    import { FactReader } from '${from('facts/reader.js')}'
    import { fileText } from '${from('facts/files.js')}'
    const reader = new FactReader({ name: 'node1', session: { run: async () => [] } })
    await reader.read(fileText('a\\0b')).catch(error => console.log(error.message))`,
    ],
    { encoding: 'utf8' },
  )
  t.is(stdout, 'an argument cannot contain a NUL byte\n')
})
