import { spawnSync } from 'node:child_process'
import test from 'ava'
import { isGone, thisProcess } from '../../runner/engine/admin-process.js'
import { parseLockFile } from '../../runner/engine/lock-file.js'
import { holderText, parseState } from '../../runner/engine/lock-holder.js'
import { lockProgress } from '../../runner/engine/lock-progress.js'
import type { RunEvent } from '../../runner/engine/events.js'

const file = `anna@laptop since 2026-11-29T16:37:22.225Z (run a099d1af)
process 3a941058f3badbcc 2078 187714
session b189420c 45 3858 fe80::1%eth0 55130 fe80::2%eth0 22
`

test('a lock file says who, which process and which session', t => {
  t.deepEqual(parseLockFile(file), {
    owner: 'anna@laptop since 2026-11-29T16:37:22.225Z (run a099d1af)',
    process: { machine: '3a941058f3badbcc', pid: 2078, start: '187714' },
    session: { attempt: 'b189420c', pid: 3858, seconds: 45, ports: { from: 55130, to: 22 } },
  })
  t.deepEqual(parseLockFile('somebody@elsewhere\n'), {
    owner: 'somebody@elsewhere',
    process: undefined,
    session: undefined,
  })
  t.is(parseLockFile('\n'), undefined)
  for (const hostile of ['x\nsession a 45 -1', 'x\nsession a 45 1;reboot', 'x\nsession', 'x\nsession a b c d e f g'])
    t.is(parseLockFile(hostile)?.session, undefined)
  t.is(parseLockFile('x\nsession a 45 7')?.session?.ports, undefined)
})

test('what the node knows becomes a sentence', t => {
  const holder = parseLockFile(file)!
  const { owner } = holder
  const text = (output: string, isOver = false) => holderText(holder, parseState(output), isOver).replace(owner, 'X')
  t.is(text('present idle 4000'), 'X')
  t.is(text('present busy '), 'X')
  t.is(text(''), 'X')
  t.is(
    text('present idle 20400'),
    'X; its connection has been silent for 20 s; the lock ends in 25 s unless it comes back',
  )
  t.is(
    text('present busy 50000'),
    'X; its connection has been silent for 50 s; the lock ends once the node has finished what that run had started',
  )
  t.is(text('present idle 50000'), 'X; its connection has been silent for 50 s; the lock ends now')
  t.is(text('gone', true), 'X; that run is gone, and what it started is being finished')
  t.true(parseState('gone\n').isGone)
})

test('a process is gone if it provably is: on this machine, since its boot, under its start time', t => {
  const own = thisProcess()
  if (!own) {
    t.pass('no /proc here')
    return
  }
  const { pid } = spawnSync('true')
  t.false(isGone(own))
  t.true(isGone({ ...own, start: '1' }))
  t.true(isGone({ ...own, pid }))
  t.false(isGone({ ...own, pid, machine: 'another' }))
  t.false(isGone(undefined))
})

test('a wait is reported when it begins, when the holder changes, and after 10 s, 30 s, 1 min', t => {
  const events: RunEvent[] = []
  const report = lockProgress('web', event => events.push(event))
  for (let seconds = 0; seconds <= 60; seconds += 1)
    report({ node: 'n1', text: `a; ${seconds} s`, waitedMs: seconds * 1000 })
  report({ node: 'n1', text: 'b; 61 s', waitedMs: 61_000 })
  t.deepEqual(
    events.flatMap(event => (event.event === 'lock' ? [`${event.waited_ms / 1000} ${event.reason}`] : [])),
    ['0 a; 0 s', '10 a; 10 s', '30 a; 30 s', '60 a; 60 s', '61 b; 61 s'],
  )
  t.deepEqual(events[3], {
    event: 'notice',
    cluster: 'web',
    host: 'n1',
    text: 'waiting for 10 s for the lock of another run: a; 10 s',
  })
})
