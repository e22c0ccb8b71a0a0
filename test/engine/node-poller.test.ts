/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { setImmediate as turn } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import type { Connections } from '../../runner/engine/connections.js'
import type { Member } from '../../runner/tasks/member.js'
import { NodePoller } from '../../runner/engine/node-poller.js'
import { ConnectError, TaskError } from '../../runner/errors.js'
import { fact } from '../../runner/facts/fact.js'
import { FakeClock } from '../fake-clock.js'
import { comesTrue } from '../comes-true.js'
import { localMember } from './cluster.js'

const never = new AbortController().signal
const nodes = ['n1', 'n2'].map(name => ({ name, connection: { host: name } }))

/** Two local shells, of which each connection is a new one. `absent` cannot be reached. */
function eyes(t: ExecutionContext, ask: (member: Member) => Promise<string>) {
  const absent = new Set<string>()
  const made: string[] = []
  const shells = new Map<string, ReturnType<typeof localMember>['shell']>()
  const reach = (how: string) => async ({ name }: { name: string }) => {
    made.push(`${how} ${name}`)
    if (absent.has(name)) throw new ConnectError(`${name}: no answer`)
    const { member, shell } = localMember(t, name)
    shells.set(name, shell)
    return { connection: member.connection }
  }
  const clock = new FakeClock()
  const poller = new NodePoller(nodes, { to: reach('to'), again: reach('again') } as unknown as Connections, ask, clock)
  const look = async (ms?: number) => (await poller.look(never, ms)).map(({ node, seen, absence, waiting }) => `${node.name} ${seen ?? absence?.message ?? (waiting === undefined ? 'unasked' : 'waits')}`)
  return { poller, look, absent, made, shells, clock }
}

const pid = fact('pid', 'echo $PPID', ({ stdout }) => stdout.trim())

test('looks share one session a node, and each look asks anew', async t => {
  const { look, made, poller } = eyes(t, async member => `in ${await member.read(pid)}`)
  const looks = [await look(), await look()]
  t.is(new Set(looks.flat()).size, 4, 'each look is a frame of its own')
  t.deepEqual(made, ['to n1', 'to n2'])
  t.deepEqual(poller.present.map(({ name, connection }) => `${name} ${connection.session.frames}`), ['n1 2', 'n2 2'])
})

test('a node that is lost counts no more, and is there again once it can be reached', async t => {
  const { look, absent, made, shells, poller } = eyes(t, async member => {
    await member.read(pid)
    return 'here'
  })
  t.deepEqual(await look(), ['n1 here', 'n2 here'])
  absent.add('n2')
  const [, lost] = poller.present
  shells.get('n2')!.kill()
  t.true(await comesTrue(() => lost!.unreachable))
  t.deepEqual(await look(), ['n1 here', 'n2 n2: no answer'])
  t.deepEqual(await look(), ['n1 here', 'n2 n2: no answer'])
  absent.delete('n2')
  // Whoever was away is not waited for, so that it is seen by the second look at the latest.
  await look()
  t.true(await comesTrue(() => poller.pending.length === 0))
  t.deepEqual(await look(), ['n1 here', 'n2 here'])
  t.deepEqual(made.slice(0, 3), ['to n1', 'to n2', 'again n2'])
})

test('a node that is late holds up one look, and its late answer counts no more', async t => {
  let free = () => {}
  let isSlow = true
  const { look, poller, clock } = eyes(t, async ({ name }) => {
    if (name === 'n2' && isSlow) await new Promise<void>(resolve => { free = resolve })
    return isSlow ? 'old' : 'new'
  })
  const first = look(400)
  await turn()
  clock.pass(399)
  t.is(await Promise.race([first, turn('not over')]), 'not over')
  clock.pass(1)
  t.deepEqual(await first, ['n1 old', 'n2 waits'])
  t.deepEqual(await look(5000), ['n1 old', 'n2 waits'])
  t.is(clock.now(), 400, 'the second look does not wait for it')
  t.deepEqual(poller.pending.map(({ name }) => name), ['n2'])
  isSlow = false
  free()
  t.true(await comesTrue(() => poller.pending.length === 0))
  t.deepEqual(await look(5000), ['n1 new', 'n2 new'])
})

test('a look ends when it is to end', async t => {
  const { poller } = eyes(t, () => new Promise(() => {}))
  const end = new AbortController()
  setImmediate(() => end.abort())
  t.deepEqual((await poller.look(end.signal)).map(({ waiting }) => waiting !== undefined), [true, true])
})

test('a question that fails on a node is that node’s error; any other is a defect', async t => {
  const { look } = eyes(t, ({ name }) => name === 'n1' ? Promise.reject(new TaskError('no shell worth the name')) : Promise.resolve('here'))
  t.deepEqual(await look(), ['n1 no shell worth the name', 'n2 here'])
  await t.throwsAsync(eyes(t, () => Promise.reject(new RangeError('ours'))).look(), { message: 'ours' })
})
