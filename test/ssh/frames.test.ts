import test from 'ava'
import fc from 'fast-check'
import { ConnectError } from '../../runner/errors.js'
import { Session, type Channel } from '../../runner/ssh/session.js'
import { encode } from '../../runner/ssh/frame.js'

/** A channel whose far end is the test. */
function testChannel() {
  const takers = { stdout: [] as ((chunk: Buffer) => void)[], stderr: [] as ((chunk: Buffer) => void)[] }
  const nonces: string[] = []
  let lose: (reason: ConnectError) => void = () => {}
  const channel: Channel = {
    write: text => {
      nonces.push(/ha-run-[0-9a-f]{24}/.exec(text)![0])
    },
    onOutput: (stream, take) => {
      takers[stream].push(take)
    },
    closed: new Promise(resolve => {
      lose = resolve
    }),
    end: () => {},
    kill: () => {},
  }
  const emit = (stream: 'stdout' | 'stderr', chunk: Buffer) => takers[stream].forEach(take => take(chunk))
  return { session: new Session(channel, 'node1'), nonces, emit, lose: (reason: ConnectError) => lose(reason) }
}

interface Said {
  out: Buffer
  err: Buffer
  code: number
}

/** What a node's shell says while it runs a frame. */
function spoken(nonce: string, parts: Said[]): { stdout: Buffer; stderr: Buffer } {
  const stdout = parts.flatMap(({ out, code }) => [out, Buffer.from(`\n${nonce} part ${code}\n`)])
  const stderr = parts.flatMap(({ err }) => [err, Buffer.from(`\n${nonce} part\n`)])
  const around = (chunks: Buffer[], start: string, end: string) =>
    Buffer.concat([Buffer.from(start), ...chunks, Buffer.from(end)])
  return {
    stdout: around(stdout, `\n${nonce} start 4711\n`, `\n${nonce} end 0\n`),
    stderr: around(stderr, `\n${nonce} start\n`, `\n${nonce} end\n`),
  }
}

const text = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)),
  fc
    .constantFrom(
      '',
      '\n',
      '\n\n',
      'no newline',
      'a\0b',
      `\nha-run-${'0'.repeat(24)} part 0\n`,
      `ha-run-${'0'.repeat(24)} end 0\n`,
      '\nha-run-',
      'é',
    )
    .map(said => Buffer.from(said)),
)
const frame = fc.array(fc.record({ out: text, err: text, code: fc.nat(255) }), { minLength: 1, maxLength: 4 })

/** Cuts a stream into chunks of the given sizes, over and over. */
function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const chunks = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length]!
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

test('results of pipelined frames are separated, however the streams are cut', async t => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { minLength: 1, maxLength: 3 }),
      sizes,
      text,
      fc.boolean(),
      async (frames, cuts, noise, errFirst) => {
        const { session, nonces, emit } = testChannel()
        const lines: string[][] = frames.map(() => [])
        const answers = frames.map(async (parts, at) =>
          session.run({ scripts: parts.map(() => 'x'), timeoutSeconds: 1, onLine: line => lines[at]!.push(line) }),
        )
        const said = frames.map((parts, at) => spoken(nonces[at]!, parts))
        const streams = (['stdout', 'stderr'] as const).map(stream => {
          const bytes = Buffer.concat([noise, ...said.flatMap(one => [one[stream], noise])])
          return cut(bytes, cuts).map(chunk => () => emit(stream, chunk))
        })
        const [first = [], second = []] = errFirst ? streams.toReversed() : streams
        // One stream runs ahead of the other.
        for (let at = 0; at < Math.max(first.length, second.length) + 3; at += 1) {
          first[at]?.()
          second[at - 3]?.()
        }
        const got = await Promise.all(answers)
        t.deepEqual(
          got,
          frames.map(parts =>
            parts.map(({ out, err, code }) => ({
              exitCode: code,
              stdout: out.toString(),
              stderr: err.toString(),
              timedOut: false,
            })),
          ),
        )
        t.deepEqual(
          lines,
          frames.map(parts =>
            parts.flatMap(({ out }) =>
              out
                .toString()
                .split('\n')
                .filter(line => line !== ''),
            ),
          ),
        )
        t.deepEqual(session.runningGroups, [])
      },
    ),
    { numRuns: 400 },
  )
})

test('a group is running from its start marker to its end', async t => {
  const { session, nonces, emit } = testChannel()
  const answer = session.run({ scripts: ['x'], timeoutSeconds: 1 })
  t.deepEqual(session.runningGroups, [])
  emit('stdout', Buffer.from(`\n${nonces[0]} start 4711\n`))
  t.deepEqual(session.runningGroups, [4711])
  emit('stdout', Buffer.from(`\n${nonces[0]} part 0\n\n${nonces[0]} end 0\n`))
  emit('stderr', Buffer.from(`\n${nonces[0]} start\n\n${nonces[0]} part\n\n${nonces[0]} end\n`))
  await answer
  t.deepEqual(session.runningGroups, [])
})

test('a line is reported once it is complete, wherever it is cut, and markers are not', async t => {
  const whole = (nonce: string) =>
    spoken(nonce, [{ out: Buffer.from('dlstatus:1:é\n\npmstatus:2'), err: Buffer.alloc(0), code: 0 }])
  const { length } = whole(`ha-run-${'0'.repeat(24)}`).stdout
  for (let cutAt = 1; cutAt < length; cutAt += 1) {
    const { session, nonces, emit } = testChannel()
    const reported: string[] = []
    const answer = session.run({ scripts: ['x'], timeoutSeconds: 1, onLine: line => reported.push(line) })
    const { stdout, stderr } = whole(nonces[0]!)
    emit('stdout', stdout.subarray(0, cutAt))
    // Half a line is never reported.
    const first = stdout.indexOf('é\n') + 3 <= cutAt
    t.deepEqual(
      reported,
      first ? (stdout.indexOf('pmstatus:2\n') + 11 <= cutAt ? ['dlstatus:1:é', 'pmstatus:2'] : ['dlstatus:1:é']) : [],
    )
    emit('stdout', stdout.subarray(cutAt))
    emit('stderr', stderr)
    t.deepEqual((await answer)[0]!.stdout, 'dlstatus:1:é\n\npmstatus:2')
    t.deepEqual(reported, ['dlstatus:1:é', 'pmstatus:2'])
  }
})

test('output before a frame has begun is not reported as its line', async t => {
  const { session, nonces, emit, lose } = testChannel()
  t.teardown(() => lose(new ConnectError('the test is over')))
  const reported: string[] = []
  void session.run({ scripts: ['x'], timeoutSeconds: 1, onLine: line => reported.push(line) }).catch(() => {})
  emit('stdout', Buffer.from('a banner\nmore of it\n'))
  t.deepEqual(reported, [])
  emit('stdout', Buffer.from(`\n${nonces[0]} start 4711\nours\n`))
  t.deepEqual(reported, ['ours'])
})

test('a lost session rejects pending and later frames with the first reason', async t => {
  const { session, lose } = testChannel()
  const pending = [
    session.run({ scripts: ['x'], timeoutSeconds: 1 }),
    session.run({ scripts: ['y'], timeoutSeconds: 1 }),
  ]
  const reason = new ConnectError('the cable is out')
  lose(reason)
  for (const call of pending) t.is(await t.throwsAsync(call), reason)
  t.is(await t.throwsAsync(session.run({ scripts: ['z'], timeoutSeconds: 1 })), reason)
  t.is(session.lost, reason)
})

test('every frame has a nonce of its own', t => {
  const { session, nonces, lose } = testChannel()
  t.teardown(() => lose(new ConnectError('the test is over')))
  for (let at = 0; at < 20; at += 1) session.run({ scripts: ['x'], timeoutSeconds: 1 }).catch(() => {})
  t.is(new Set(nonces).size, 20)
  t.is(session.frames, 20)
})

test('a frame that is too long for one argument is refused before anything is sent', async t => {
  const { session, nonces } = testChannel()
  await t.throwsAsync(session.run({ scripts: [`: ${'x'.repeat(130_000)}`], timeoutSeconds: 1 }), {
    instanceOf: RangeError,
  })
  t.deepEqual(nonces, [])
})

test('the limit counts bytes, not characters', t => {
  t.throws(() => encode('ha-run-0', { scripts: [`: ${'é'.repeat(65_000)}`], timeoutSeconds: 1 }), {
    instanceOf: RangeError,
  })
  t.notThrows(() => encode('ha-run-0', { scripts: [`: ${'e'.repeat(65_000)}`], timeoutSeconds: 1 }))
})
