import test from 'ava'
import type { FrameScript } from '../../runner/ssh/frame.js'
import { localSession, shells } from './local-shell.js'

const timeoutSeconds = 10

/** What a frame's scripts answer: exit codes and outputs. */
const cases: [title: string, scripts: FrameScript[], answers: [exitCode: number, stdout: string][]][] = [
  [
    'a service that has timed out is not asked again',
    [
      { service: 'corosync', script: 'timeout -k 1 1 sleep 60' },
      { service: 'corosync', script: 'echo never' },
    ],
    [
      [124, ''],
      [124, ''],
    ],
  ],
  [
    'a service that ignores its end is late too',
    [
      { service: 'corosync', script: "timeout -k 1 1 sh -c 'trap : TERM; while :; do sleep 1; done'" },
      { service: 'corosync', script: 'echo never' },
    ],
    [
      [137, ''],
      [124, ''],
    ],
  ],
  [
    'other services, and what asks none, are asked all the same',
    [{ service: 'corosync', script: 'exit 124' }, 'echo none', { service: 'pacemaker', script: 'echo other' }],
    [
      [124, ''],
      [0, 'none\n'],
      [0, 'other\n'],
    ],
  ],
  [
    'a service that answers with an error is asked again',
    [
      { service: 'corosync', script: 'exit 3' },
      { service: 'corosync', script: 'echo again' },
    ],
    [
      [3, ''],
      [0, 'again\n'],
    ],
  ],
  [
    'a command that exits with 124 is no service',
    ['exit 124', 'echo on'],
    [
      [124, ''],
      [0, 'on\n'],
    ],
  ],
]

for (const [shell, argv] of shells) {
  for (const [title, scripts, answers] of cases) {
    test(`${shell}: ${title}`, async t => {
      const { session } = localSession(t, argv)
      const results = await session.run({ scripts, timeoutSeconds })
      t.deepEqual(
        results.map(({ exitCode, stdout }) => [exitCode, stdout]),
        answers,
      )
    })
  }
}

test('each answer is reported as it comes', async t => {
  const { session } = localSession(t)
  const arrivals: number[] = []
  const startedAt = performance.now()
  await session.run({
    scripts: ['echo early', 'sleep 1'],
    timeoutSeconds,
    onPart: () => arrivals.push(performance.now() - startedAt),
  })
  t.is(arrivals.length, 2)
  t.true(arrivals[1]! - arrivals[0]! > 500, `${arrivals.join(', ')} ms`)
})
