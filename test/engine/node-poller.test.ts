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

/** A poller of two local shells; each connection opens a new one. Nodes in `absent` cannot be reached. */
function pollerOf(t: ExecutionContext, ask: (member: Member) => Promise<string>) {
  const absent = new Set<string>()
  const made: string[] = []
  const shells = new Map<string, ReturnType<typeof localMember>['shell']>()
  const reach =
    (how: string) =>
    async ({ name }: { name: string }) => {
      made.push(`${how} ${name}`)
      if (absent.has(name)) throw new ConnectError(`${name}: no answer`)
      const { member, shell } = localMember(t, name)
      shells.set(name, shell)
      return { connection: member.connection }
    }
  const clock = new FakeClock()
  const poller = new NodePoller(
    nodes,
    { to: reach('to'), reconnect: reach('again') } as unknown as Connections,
    ask,
    clock,
  )
  const poll = async (ms?: number) =>
    (await poller.poll(never, ms)).map(
      ({ node, seen, absence, waiting }) =>
        `${node.name} ${seen ?? absence?.message ?? (waiting === undefined ? 'unasked' : 'waits')}`,
    )
  return { poller, poll, absent, made, shells, clock }
}

const pid = fact('pid', 'echo $PPID', ({ stdout }) => stdout.trim())

test('polls share one session per node, and each poll asks again', async t => {
  const { poll, made, poller } = pollerOf(t, async member => `in ${await member.read(pid)}`)
  const polls = [await poll(), await poll()]
  t.is(new Set(polls.flat()).size, 4, 'each poll is a frame of its own')
  t.deepEqual(made, ['to n1', 'to n2'])
  t.deepEqual(
    poller.present.map(({ name, connection }) => `${name} ${connection.session.frames}`),
    ['n1 2', 'n2 2'],
  )
})

test('a lost node is absent, and present again once it can be reached', async t => {
  const { poll, absent, made, shells, poller } = pollerOf(t, async member => {
    await member.read(pid)
    return 'here'
  })
  t.deepEqual(await poll(), ['n1 here', 'n2 here'])
  absent.add('n2')
  const [, lost] = poller.present
  shells.get('n2')!.kill()
  t.true(await comesTrue(() => lost!.unreachable))
  t.deepEqual(await poll(), ['n1 here', 'n2 n2: no answer'])
  t.deepEqual(await poll(), ['n1 here', 'n2 n2: no answer'])
  absent.delete('n2')
  // A poll does not wait for an absent node: the second one has its answer at the latest.
  await poll()
  t.true(await comesTrue(() => poller.pending.length === 0))
  t.deepEqual(await poll(), ['n1 here', 'n2 here'])
  t.deepEqual(made.slice(0, 3), ['to n1', 'to n2', 'again n2'])
})

test('a late node delays one poll, and its late answer does not count', async t => {
  let free = () => {}
  let isSlow = true
  const { poll, poller, clock } = pollerOf(t, async ({ name }) => {
    if (name === 'n2' && isSlow)
      await new Promise<void>(resolve => {
        free = resolve
      })
    return isSlow ? 'old' : 'new'
  })
  const first = poll(400)
  await turn()
  clock.pass(399)
  t.is(await Promise.race([first, turn('not over')]), 'not over')
  clock.pass(1)
  t.deepEqual(await first, ['n1 old', 'n2 waits'])
  t.deepEqual(await poll(5000), ['n1 old', 'n2 waits'])
  t.is(clock.now(), 400, 'the second poll does not wait for it')
  t.deepEqual(
    poller.pending.map(({ name }) => name),
    ['n2'],
  )
  isSlow = false
  free()
  t.true(await comesTrue(() => poller.pending.length === 0))
  t.deepEqual(await poll(5000), ['n1 new', 'n2 new'])
})

test('stop ends a poll', async t => {
  const { poller } = pollerOf(t, () => new Promise(() => {}))
  const end = new AbortController()
  setImmediate(() => end.abort())
  t.deepEqual(
    (await poller.poll(end.signal)).map(({ waiting }) => waiting !== undefined),
    [true, true],
  )
})

test('a known error is the error of that node; any other is a defect', async t => {
  const { poll } = pollerOf(t, ({ name }) =>
    name === 'n1' ? Promise.reject(new TaskError('no shell worth the name')) : Promise.resolve('here'),
  )
  t.deepEqual(await poll(), ['n1 no shell worth the name', 'n2 here'])
  await t.throwsAsync(pollerOf(t, () => Promise.reject(new RangeError('ours'))).poll(), { message: 'ours' })
})
