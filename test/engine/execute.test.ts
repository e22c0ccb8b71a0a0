/* oxlint-disable typescript/unbound-method -- tasks and checks do not use `this` */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { Connections } from '../../runner/engine/connections.js'
import type { MachineEvent, Signal } from '../../runner/engine/events.js'
import { execute, type ExecuteOptions, type IncompleteCluster } from '../../runner/engine/execute.js'
import { lockCluster } from '../../runner/engine/lock.js'
import { schedule } from '../../runner/engine/schedule.js'
import { InventoryError } from '../../runner/errors.js'
import { fileText } from '../../runner/facts/files.js'
import type { Connection } from '../../runner/inventory/site.js'
import type { ClusterLike, NodeLike } from '../../runner/tasks/member.js'
import { task, type ClusterTask, type NodeTask } from '../../runner/tasks/task.js'
import { closedPort, localSshd, noSshd, type LocalSshd } from '../ssh/local-sshd.js'
import { lines, localMember, noConsent } from './cluster.js'

const withSshd = noSshd === undefined ? test : test.skip
if (noSshd !== undefined) test(`what needs a real sshd is left out: ${noSshd}`, t => t.pass())

const fine = task('fine', {
  check: async ({ read }) => read({ family: { name: 'true', script: () => 'true', parse: () => [[]] }, argument: '' }),
  apply: () => Promise.resolve(),
})

/** Runs one role on nodes that are all this machine, by ssh; `false` for a node where nobody listens, or how it is reached. */
async function runOn(
  t: ExecutionContext,
  server: LocalSshd,
  nodes: Record<string, boolean | Connection>,
  tasks: NodeTask[],
  more: Partial<ExecuteOptions> = {},
  name = `test-${randomBytes(6).toString('hex')}`,
  complete?: IncompleteCluster<ClusterLike, NodeLike>['complete'],
) {
  const cluster = {
    name,
    nodes: Object.entries(nodes).map(([node, up]) => ({
      name: node,
      connection: typeof up === 'object' ? up : { host: '127.0.0.1', port: up ? server.port : closedPort },
    })),
  }
  t.teardown(() => rmSync(`/run/lock/ha-run.${name}`, { force: true }))
  const events: (MachineEvent | Signal)[] = []
  const stop = more.stop ?? new AbortController().signal
  const connections = new Connections({ ssh: server, forks: 20, stop })
  connections.start(cluster.nodes)
  const scheduled = schedule(cluster, [
    { role: { name: 'r', tasks: () => tasks }, selected: new Set(Object.keys(nodes)) },
  ])
  const summary = await execute([complete ? { cluster, complete } : { cluster, scheduled }], {
    run: 'run1',
    started: performance.now(),
    check: false,
    lock: false,
    connections,
    reporter: { report: event => events.push(event), close: () => Promise.resolve() },
    abandon: new AbortController().signal,
    consent: noConsent,
    ...more,
    stop,
  })
  return { summary, lines: lines(events), events, name }
}

withSshd('a run connects, works and reports; the summary comes last', async t => {
  const { summary, lines: said, events } = await runOn(t, await localSshd(t), { n1: true, n2: true }, [fine])
  t.deepEqual(said.toSorted(), ['n1 fine: ok', 'n2 fine: ok'])
  t.like(summary, { ok: 2, exit: 0 })
  t.is(events.at(-1), summary)
})

withSshd('a node that cannot be reached is an event, and the run continues on the others', async t => {
  const { summary, lines: said } = await runOn(t, await localSshd(t), { n1: false, n2: true }, [fine])
  t.deepEqual(said, ['n1 connection: unreachable, n1: the connection was refused', 'n2 fine: ok'])
  t.like(summary, { ok: 1, unreachable: 1, exit: 4 })
})

withSshd('a node that the run does not need may be absent: a notice, and no failure', async t => {
  const more = { mayBeAbsent: new Set(['n1']) }
  const { summary, lines: said, events } = await runOn(t, await localSshd(t), { n1: false, n2: true }, [fine], more)
  t.deepEqual(said, ['n2 fine: ok'])
  t.like(
    events.find(event => event.event === 'notice'),
    { host: 'n1', text: 'n1: the connection was refused' },
  )
  t.like(summary, { ok: 1, unreachable: 0, exit: 0 })
})

withSshd('a node that has moved to its declared address is found there, with its known host key', async t => {
  const server = await localSshd(t)
  server.knownAs('127.0.0.2')
  const moved = { host: '127.0.0.2', port: server.port, address: '127.0.0.1' }
  const { summary, events } = await runOn(t, server, { n1: moved }, [fine])
  t.like(summary, { ok: 1, unreachable: 0, exit: 0 })
  t.deepEqual(
    events.find(({ event }) => event === 'notice'),
    {
      event: 'notice',
      cluster: (events.find(({ event }) => event === 'task') as { cluster: string }).cluster,
      host: 'n1',
      text: 'n1 answers at 127.0.0.1, its declared address, and not at 127.0.0.2: correct ansible_host in the inventory',
    },
  )
})

withSshd('a node at neither address: the error of the first one, with a hint that the other was tried', async t => {
  const { events, lines: said } = await runOn(
    t,
    await localSshd(t),
    { n1: { host: '127.0.0.1', port: closedPort, address: '127.0.0.2' } },
    [fine],
  )
  t.deepEqual(said, ['n1 connection: unreachable, n1: the connection was refused'])
  const error = events.find(event => event.event === 'error')
  t.regex(
    error!.error.hint!,
    /is sshd running there[^]*\n127\.0\.0\.2, its declared address, was tried too: n1: the connection was refused$/,
  )
})

withSshd('a cluster that another run has locked is not changed', async t => {
  const server = await localSshd(t)
  const name = `test-${randomBytes(6).toString('hex')}`
  await lockCluster([localMember(t, 'n1').member], name, { run: 'run0' })
  // The server has a PID namespace of its own, where the session that has the lock is not seen.
  const { summary, lines: said } = await runOn(t, server, { n1: true }, [fine], { lock: true, wait: 0 }, name)
  t.is(said.length, 1)
  t.regex(said[0]!, /is locked on n1 by another run: .*\(run run0\)/)
  t.is(summary.exit, 5)
})

withSshd('the lock is free once a run has ended', async t => {
  const server = await localSshd(t)
  const { summary, name } = await runOn(t, server, { n1: true }, [fine], { lock: true })
  t.is(summary.exit, 0)
  t.is((await runOn(t, server, { n1: true }, [fine], { lock: true }, name)).summary.exit, 0)
})

withSshd('a cluster that its nodes complete runs the tasks that follow from that', async t => {
  const server = await localSshd(t)
  const labels: unknown[] = []
  const { summary, lines: said } = await runOn(t, server, { n1: true, n2: true }, [], {}, undefined, async members => {
    const texts = await Promise.all(members.map(async ({ read }) => read(fileText('/nowhere'))))
    const cluster = { name: 'c', nodes: members.map(({ node }, at) => ({ ...node, label: `${at}: ${texts[at]}` })) }
    const collect: ClusterTask = {
      scope: 'cluster',
      name: 'collect',
      check: async scope => {
        labels.push(...scope.members.map(({ node }) => 'label' in node && node.label))
        return []
      },
      apply: () => Promise.resolve(),
    }
    const role = { name: 'r', tasks: () => [collect] }
    return { cluster, scheduled: schedule(cluster, [{ role, selected: new Set(['n1', 'n2']) }]) }
  })
  t.deepEqual(said.length, 1)
  t.regex(said[0]!, /collect: ok/)
  t.deepEqual(labels, ['0: undefined', '1: undefined'])
  t.is(summary.exit, 0)
})

withSshd('a cluster that cannot be completed because of its inventory', async t => {
  const server = await localSshd(t)
  const { summary, lines: said } = await runOn(t, server, { n1: true }, [fine], {}, 'c', () =>
    Promise.reject(new InventoryError('no such name')),
  )
  t.deepEqual(said, ['c connection: failed, no such name'])
  t.is(summary.exit, 1)
})

withSshd('interrupted before it started, a run connects to no node', async t => {
  const { summary, lines: said } = await runOn(t, await localSshd(t), { n1: true }, [fine], {
    stop: AbortSignal.abort(),
  })
  t.deepEqual(said, ['n1 connection: unreachable, n1: interrupted before it was connected'])
  t.is(summary.exit, 130)
})

withSshd('interrupted twice, commands that run on the nodes are ended', async t => {
  const [stop, abandon] = [new AbortController(), new AbortController()]
  const long = task('long', {
    check: () => Promise.resolve([{ subject: 'x', from: undefined, to: 'y' }]),
    apply: async ({ $ }) => {
      setTimeout(() => {
        stop.abort()
        abandon.abort()
      }, 200)
      await $`sleep 47`
    },
  })
  const { summary, lines: said } = await runOn(t, await localSshd(t), { n1: true }, [long, fine], {
    stop: stop.signal,
    abandon: abandon.signal,
  })
  t.regex(said[0]!, /^n1 long: failed/)
  t.is(said[1], 'n1 fine: skipped, interrupted')
  t.is(summary.exit, 130)
})
