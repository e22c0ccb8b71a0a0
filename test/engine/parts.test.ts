/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { applyTask, planTask } from '../../runner/engine/attempt.js'
import { errorReport } from '../../runner/engine/error-report.js'
import type { MachineEvent, Status } from '../../runner/engine/events.js'
import type { NodeLike } from '../../runner/tasks/member.js'
import { Outcomes } from '../../runner/engine/outcomes.js'
import { schedule, stages, taskOf } from '../../runner/engine/schedule.js'
import type { Role } from '../../runner/tasks/role.js'
import { RunTally } from '../../runner/engine/run-tally.js'
import { guard, skip, task, taskRef, type Finding, type Task, type TaskRef } from '../../runner/tasks/task.js'
import { until } from '../../runner/tasks/until.js'
import { FakeClock } from '../fake-clock.js'
import { InterruptedError, exitCodes, TaskError, UsageError } from '../../runner/errors.js'

const nothing = { check: () => Promise.resolve([]), apply: () => Promise.resolve() }
const onNode = (name: string) => task(name, nothing)
const onCluster = (name: string): Task => ({ scope: 'cluster', name, ...nothing })
const asserted = (name: string): Task => ({ scope: 'assertion', name, check: () => Promise.resolve({ status: 'ok', evidence: '' }) })
const cluster = { name: 'c', nodes: ['n1', 'n2'].map(name => ({ name, connection: { host: name } })) }
const role = (name: string, tasks: (node: NodeLike) => Task[]): Role => ({ name, tasks: ({ node }) => tasks(node) })
const all = new Set(['n1', 'n2'])

test('a schedule has every role’s tasks in order, each with its place', t => {
  const scheduled = schedule(cluster, [{ role: role('a', () => [onNode('x'), onCluster('y')]), selected: all }, { role: role('b', () => [onNode('z')]), selected: all }])
  t.deepEqual(scheduled.map(({ role: name, name: own, index, count, scope }) => `${name}: ${own} ${index}/${count} ${scope}`), ['a: x 1/2 node', 'a: y 2/2 cluster', 'b: z 1/1 node'])
})

test('what no other task needs comes behind all others, and before the assertions at the end', t => {
  const late = (name: string): Task => ({ ...task(name, nothing), late: true })
  const order = (...roles: Task[][]) => schedule(cluster, roles.map((tasks, at) => ({ role: role(`r${at}`, () => tasks), selected: all }))).map(({ name }) => name).join(' ')
  t.is(order([onNode('a'), late('b'), onCluster('c')], [onNode('d'), late('e')], [asserted('f')]), 'a c d b e f')
  t.is(order([asserted('a')], [late('b')], [onNode('c'), asserted('d'), asserted('e')]), 'a c b d e')
  t.is(order([late('a')], [asserted('b')]), 'a b')
})

test('each node has its own task', t => {
  const [first] = schedule(cluster, [{ role: role('a', node => [{ ...onNode('x'), needs: [{ name: node.name }] }, onNode('n1'), onNode('n2')]), selected: all }])
  if (first?.scope !== 'node') throw new Error('not a task of nodes')
  t.deepEqual(taskOf(first, 'n2').needs, [{ name: 'n2' }])
  t.throws(() => taskOf(first, 'n3'), { message: '"a: x" is no task of n3' })
})

test('a need that is no task of this run is a defect; needs of a role that does not run are settled', t => {
  const needing = (need: TaskRef) => () => schedule(cluster, [{ role: role('a', () => [onNode('x'), { ...onNode('y'), needs: [need] }]), selected: all }])
  for (const need of [onNode('x'), { name: 'x' }, taskRef('a', 'x'), taskRef('b', 'anything')]) t.notThrows(needing(need))
  for (const need of [onNode('z'), { name: 'z' }, taskRef('a', 'z')]) t.throws(needing(need), { message: '"a: y" needs "a: z", which is no task of this run' })
})

test('a need of one node that is no task of this run is a defect too', t => {
  const tasks = (node: NodeLike) => [onNode('x'), { ...onNode('y'), needs: node.name === 'n2' ? [onNode('z')] : [] }]
  t.throws(() => schedule(cluster, [{ role: role('a', tasks), selected: all }]), { message: '"a: y" needs "a: z", which is no task of this run' })
})

for (const [what, tasks] of [
  ['one more', (node: NodeLike) => [onNode('x'), ...(node.name === 'n2' ? [onNode('y')] : [])]],
  ['another name', (node: NodeLike) => [onNode(node.name)]],
] as const) {
  test(`a role with other tasks for some nodes is a defect: ${what}`, t => {
    t.throws(() => schedule(cluster, [{ role: role('a', tasks), selected: all }]), { message: /^role a has other tasks for some nodes/ })
  })
}

const cuts = test.macro({
  exec: (t, tasks: Task[][], expected: string) => {
    const scheduled = schedule(cluster, tasks.map((list, at) => ({ role: role(`r${at}`, () => list), selected: all })))
    t.is(stages(scheduled).map(stage => ('tasks' in stage ? stage.tasks : [stage.task]).map(({ name }) => name).join('')).join(' '), expected)
  },
  title: (_, tasks: Task[][], expected: string) => `stages: ${expected || 'none'}, of ${tasks.length} roles`,
})

test(cuts, [], '')
test(cuts, [[onNode('a'), onNode('b')]], 'ab')
test(cuts, [[onNode('a')], [onNode('b')]], 'ab')
test(cuts, [[onNode('a'), onCluster('B'), onNode('c'), onNode('d')]], 'a B cd')
test(cuts, [[onCluster('A'), onCluster('B'), asserted('C')]], 'A B C')
test(cuts, [[onNode('a'), asserted('B')], [onNode('c')]], 'a B c')
test(cuts, [[asserted('A'), asserted('B'), onCluster('C'), asserted('D')], [asserted('E')]], 'AB C DE')

test('steps with other nodes selected are not run together', t => {
  const steps = [all, new Set(['n1'])].map((selected, at) => ({ role: role(`r${at}`, () => [onNode('a')]), selected }))
  t.is(stages(schedule(cluster, steps)).length, 2)
})

const unsettled = test.macro({
  exec: (t, done: [host: string | undefined, role: string, task: string, status: Status][], needs: TaskRef[], host: string | undefined, expected: string | undefined) => {
    const outcomes = new Outcomes()
    for (const one of done) outcomes.add(...one)
    t.is(outcomes.unsettled(needs, 'r', host), expected)
  },
  title: (name = '') => `needs: ${name}`,
})

test('what would change', unsettled, [['n1', 'r', 'a', 'would-change']], [{ name: 'a' }], 'n1', 'a')
test('what is unknown itself', unsettled, [['n1', 'r', 'a', 'unknown']], [{ name: 'a' }], 'n1', 'a')
test('what is in sync', unsettled, [['n1', 'r', 'a', 'ok']], [{ name: 'a' }], 'n1', undefined)
test('what was never reached', unsettled, [], [{ name: 'a' }], 'n1', undefined)
test('another node’s change is none of mine', unsettled, [['n2', 'r', 'a', 'would-change']], [{ name: 'a' }], 'n1', undefined)
test('any node’s change is the cluster’s', unsettled, [['n1', 'r', 'a', 'ok'], ['n2', 'r', 'a', 'would-change']], [{ name: 'a' }], undefined, 'a')
test('the cluster’s change is every node’s', unsettled, [[undefined, 'r', 'a', 'would-change']], [{ name: 'a' }], 'n1', 'a')
test('another role’s task of the same name', unsettled, [['n1', 'x', 'a', 'would-change']], [{ name: 'a' }], 'n1', undefined)
test('another role’s task by its reference', unsettled, [['n1', 'x', 'a', 'would-change']], [taskRef('x', 'a')], 'n1', 'x: a')
test('the first that is open', unsettled, [['n1', 'r', 'b', 'unknown'], ['n1', 'r', 'a', 'would-change']], [{ name: 'a' }, { name: 'b' }], 'n1', 'a')

/** Counts tasks of these statuses, then overrides. */
const tallies = test.macro({
  exec: (t, events: [Status, string?][], overrides: number[], exit: number) => {
    const tally = new RunTally(Date.now())
    for (const [status, host] of events) tally.count({ event: 'task', cluster: 'c', host, role: 'r', task: 't', status, ms: 0 })
    for (const override of overrides) tally.override(override)
    t.is(tally.summary.exit, exit)
  },
  title: (name = '') => `exit code: ${name}`,
})

test('nothing', tallies, [], [], 0)
test('changed is converged', tallies, [['changed', 'a'], ['ok', 'a'], ['warning', 'a'], ['skipped', 'a']], [], 0)
test('drift', tallies, [['would-change', 'a']], [], 3)
test('unknown is drift', tallies, [['unknown', 'a']], [], 3)
test('failed before drift', tallies, [['would-change', 'a'], ['failed', 'a']], [], 2)
test('unreachable before failed', tallies, [['failed', 'a'], ['unreachable', 'b']], [], 4)
test('wrong use before unreachable', tallies, [['unreachable', 'b']], [exitCodes.usage], 1)
test('locked before wrong use', tallies, [['unreachable', 'b']], [exitCodes.usage, exitCodes.locked], 5)
test('interrupted before all', tallies, [['failed', 'a']], [exitCodes.interrupted, exitCodes.locked], 130)
test('interrupted before all, said last', tallies, [['ok', 'a']], [exitCodes.locked, exitCodes.interrupted], 130)

test('a summary counts tasks, assertions and nodes', t => {
  const tally = new RunTally(Date.now())
  const place = { cluster: 'c', role: 'r', task: 't', ms: 0 }
  const events: MachineEvent[] = [
    { event: 'task', ...place, host: 'a', status: 'ok' }, { event: 'task', ...place, host: 'a', status: 'warning' }, { event: 'task', ...place, status: 'skipped' },
    { event: 'assertion', ...place, status: 'failed' }, { event: 'error', cluster: 'c', status: 'failed', error: { message: 'x' } },
    { event: 'error', cluster: 'c', host: 'b', status: 'unreachable', error: { message: 'x' } }, { event: 'task', ...place, host: 'b', status: 'unreachable' },
  ]
  for (const event of events) tally.count(event)
  t.like(tally.summary, { event: 'summary', ok: 2, changed: 0, would_change: 0, unknown: 0, failed: 2, unreachable: 1, exit: 4 })
})

test('a defect of ha-run is less urgent than a failure and more urgent than drift', t => {
  const exitAfter = (...events: MachineEvent[]) => {
    const tally = new RunTally(Date.now())
    for (const event of events) tally.count(event)
    return tally.summary.exit
  }
  const place = { cluster: 'c', host: 'a', role: 'r', task: 't', ms: 0 }
  const defect: MachineEvent = { event: 'task', ...place, status: 'failed', error: errorReport(new TypeError('x is undefined')) }
  const drift: MachineEvent = { event: 'task', ...place, status: 'would-change' }
  const failure: MachineEvent = { event: 'assertion', ...place, status: 'failed' }
  t.is(exitAfter(defect, drift), 70)
  t.is(exitAfter({ event: 'error', cluster: 'c', status: 'failed', error: errorReport(new TypeError('x is undefined')) }), 70)
  t.is(exitAfter(defect, failure), 2)
})

const difference = { subject: 's', from: 'a', to: 'b' }

test('apply runs once and only where something differs', async t => {
  const applied: unknown[] = []
  const attempt = (findings: Finding[]) => applyTask({
    check: () => Promise.resolve(findings[0]!), recheck: () => Promise.resolve(findings[1]!), apply: differences => { applied.push(differences); return Promise.resolve() },
  })
  t.deepEqual(await attempt([[]]), { status: 'ok' })
  t.deepEqual(await attempt([skip('why')]), { status: 'skipped', reason: 'why' })
  t.deepEqual(await attempt([[difference], []]), { status: 'changed', diff: [difference] })
  t.deepEqual(applied, [[difference]])
})

const stillDiffers = test.macro({
  exec: async (t, from: string | undefined, to: string | undefined, says: string) => {
    const attempt = applyTask({ check: () => Promise.resolve([difference]), recheck: () => Promise.resolve([{ subject: 's', from, to }]), apply: () => Promise.resolve() })
    await t.throwsAsync(attempt, { instanceOf: TaskError, message: `still differs after the change: s is ${says}` })
  },
  title: (_, __, ___, says: string) => `still differs: ${says.slice(0, 40)}`,
})

test(stillDiffers, 'a', 'b', '"a", not "b"')
test(stillDiffers, undefined, 'b', 'absent, not "b"')
test(stillDiffers, 'a\nb', undefined, '"a\\nb"…, not absent')
test(stillDiffers, 'x'.repeat(61), '', `"${'x'.repeat(60)}"…, not ""`)

test('a plan tells what would be', async t => {
  t.deepEqual(await planTask({ check: () => Promise.resolve([difference]) }, undefined), { status: 'would-change', diff: [difference] })
  t.deepEqual(await planTask({ check: () => Promise.resolve([]) }, undefined), { status: 'ok' })
  t.deepEqual(await planTask({ check: () => Promise.reject(new Error('x')) }, 'a'), { status: 'unknown', reason: 'until "a" is done' })
  await t.throwsAsync(planTask({ check: () => Promise.reject(new Error('x')) }, undefined), { message: 'x' })
})

const waiting = () => ({ abandon: new AbortController().signal, progress: () => {}, clock: new FakeClock() })

test('until polls until there is a result', async t => {
  let polls = 0
  t.is(await until('x', 5, () => Promise.resolve((polls += 1) > 2 ? 'seen' : undefined), waiting()), 'seen')
  t.is(polls, 3)
})

test('until reports what it waits for, with what was seen last, and clears the report at the end', async t => {
  const reported: (string | undefined)[] = []
  let polls = 0
  await until('2 nodes to join', 5, async report => {
    report(`node1 sees ${polls}`)
    return (polls += 1) > 2 ? true : undefined
  }, { ...waiting(), progress: text => reported.push(text) })
  t.deepEqual(reported, ['waiting for 2 nodes to join: node1 sees 0', 'waiting for 2 nodes to join: node1 sees 1', undefined])
  const timedOut = until('a DC', 0.1, report => { report('no quorum'); return Promise.resolve(undefined) }, waiting())
  await t.throwsAsync(timedOut, { message: 'timed out after 0.1 s waiting for a DC (seen: no quorum)' })
})

test('until times out, and names what it waited for', async t => {
  const clock = new FakeClock()
  await t.throwsAsync(until('a DC', 60, () => Promise.resolve(undefined), { ...waiting(), clock, hint: 'check the log' }), { instanceOf: TaskError, message: 'timed out after 60 s waiting for a DC' })
  t.true(clock.now() <= 60_000)
  const began = clock.now()
  const abandon = AbortSignal.abort()
  await t.throwsAsync(until('a DC', 60, () => Promise.resolve(undefined), { ...waiting(), clock, abandon }), { instanceOf: InterruptedError })
  t.is(clock.now(), began)
})

test('until polls at least once, and false is a result', async t => {
  t.is(await until('x', 0, () => Promise.resolve(false), waiting()), false)
  await t.throwsAsync(until('x', 5, () => Promise.reject(new TaskError('no agent')), waiting()), { message: 'no agent' })
})

test('a known error is reported with its details', t => {
  const { stack, ...report } = errorReport(new TaskError('no', { command: 'c', output: 'o', hint: 'h' }))
  t.deepEqual(report, { message: 'no', command: 'c', output: 'o', hint: 'h' })
  t.regex(stack!, /^TaskError: no/)
  t.is(errorReport(new UsageError('x', {})).output, undefined)
  t.is(errorReport(new TaskError('x', { output: '' })).output, undefined)
})

test('any other error is a defect, with its stack', t => {
  const report = errorReport(new TypeError('x is undefined'))
  t.is(report.message, 'a defect of ha-run: x is undefined')
  t.regex(report.output!, /parts\.test/)
  t.is(errorReport('a string').message, 'a defect of ha-run: a string')
})

test('a guard passes, or fails with its hint; it has nothing to apply', async t => {
  const scope = {} as never
  const make = (isMet: boolean) => guard('corosync runs', { needs: [onNode('a')], isMet: () => Promise.resolve(isMet), hint: 'run corosync' })
  t.deepEqual(await make(true).check(scope), [])
  const error = await t.throwsAsync(make(false).check(scope), { instanceOf: TaskError, message: 'prerequisite not met: corosync runs' })
  t.is(error.hint, 'run corosync')
  t.is(make(true).needs?.[0]?.name, 'a')
  t.is(make(true).apply, undefined)
})
