import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { ScriptResult } from '../../runner/ssh/frame.js'
import { atExit } from '../../runner/ssh/at-exit.js'
import { sh } from '../../runner/ssh/quote.js'
import type { Session } from '../../runner/ssh/session.js'
import { comesTrue } from '../comes-true.js'
import { isAlive, localSession, shells, signal } from './local-shell.js'

const timeoutSeconds = 20

function directory(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'ha-run-session-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** stdout of each script of one frame. */
async function outputs(session: Session, ...scripts: string[]): Promise<string[]> {
  const parts = await session.run({ scripts, timeoutSeconds })
  return parts.map(({ stdout }) => stdout)
}

const printf = (bytes: Uint8Array) =>
  `printf '${[...bytes].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`

for (const [name, argv] of shells) {
  test(`outputs of a frame's scripts are separated, ${name}`, async t => {
    const { session } = localSession(t, argv)
    const output = fc.uint8Array({ maxLength: 60 })
    const script = fc.record({ out: output, err: output, code: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 1, maxLength: 5 }), async scripts => {
        const commands = scripts.map(({ out, err, code }) => `${printf(out)}; ${printf(err)} >&2; exit ${code}`)
        const parts = await session.run({ scripts: commands, timeoutSeconds })
        t.deepEqual(
          parts,
          scripts.map(({ out, err, code }): ScriptResult => ({
            exitCode: code,
            stdout: Buffer.from(out).toString(),
            stderr: Buffer.from(err).toString(),
            timedOut: false,
          })),
        )
      }),
      { numRuns: 60 },
    )
  })

  test(`scripts that wait run beside the others, and their outputs come last, ${name}`, async t => {
    const { session } = localSession(t, argv)
    const meet = join(directory(t), 'meet')
    const parts = await session.run({
      scripts: [sh`cat; until [ -e ${meet} ]; do sleep 0.01; done; echo met; echo odd >&2`, 'exit 3'],
      waiting: [sh`cat; echo early; : >${meet}; echo wrong >&2; exit 4`, 'head -c 200000 /dev/zero'],
      timeoutSeconds,
    })
    t.deepEqual(
      parts.map(({ stdout, stderr, exitCode }) => [stdout, stderr, exitCode]),
      [
        ['met\n', 'odd\n', 0],
        ['', '', 3],
        ['early\nwrong\n', '', 4],
        ['\0'.repeat(200_000), '', 0],
      ],
    )
    t.deepEqual(await outputs(session, 'echo next'), ['next\n'])
  })

  test(`stdin is the input, byte for byte, whatever its size, ${name}`, async t => {
    const { session } = localSession(t, argv)
    for (const size of [1, 56, 57, 58, 4096, 65_536, 300_000]) {
      const input = randomBytes(size)
      const [part] = await session.run({ scripts: ['base64 -w0'], timeoutSeconds, input })
      t.true(Buffer.from(part!.stdout, 'base64').equals(input), `${size} bytes`)
    }
  })

  test(`without input stdin is empty, ${name}`, async t => {
    const { session } = localSession(t, argv)
    const [count, next] = await outputs(session, 'wc -c; cat', 'echo next')
    t.deepEqual([count?.trim(), next], ['0', 'next\n'])
    t.deepEqual(await outputs(session, 'echo still there'), ['still there\n'])
  })

  test(`pipelined frames are answered in their order, ${name}`, async t => {
    const { session } = localSession(t, argv)
    const order: number[] = []
    const frames = Array.from({ length: 12 }, async (_, at) => {
      const [part] = await session.run({
        scripts: [`[ ${at} -gt 2 ] || sleep 0.1; cat; printf %s ${at}; exit ${at}`],
        timeoutSeconds,
        input: at % 3 === 0 ? Buffer.from('in ') : undefined,
      })
      order.push(at)
      return [part!.stdout, part!.exitCode]
    })
    t.deepEqual(
      await Promise.all(frames),
      Array.from({ length: 12 }, (_, at) => [`${at % 3 === 0 ? 'in ' : ''}${at}`, at]),
    )
    t.deepEqual(
      order,
      Array.from({ length: 12 }, (_, at) => at),
    )
    t.is(session.frames, 12)
  })
}

test('an empty input is an empty stdin', async t => {
  const { session } = localSession(t)
  const [part] = await session.run({ scripts: ['wc -c'], timeoutSeconds, input: Buffer.alloc(0) })
  t.is(part!.stdout.trim(), '0')
})

test('a script that does not read its input does no harm', async t => {
  const { session } = localSession(t)
  const [part] = await session.run({ scripts: ['echo done'], timeoutSeconds, input: randomBytes(300_000) })
  t.is(part!.stdout, 'done\n')
  t.deepEqual(await outputs(session, 'echo next'), ['next\n'])
})

test('5 MB come whole, and what follows is not touched', async t => {
  const { session } = localSession(t)
  const [big, small] = await session.run({
    scripts: ['yes 0123456789abcde | head -c 5000000; head -c 100000 /dev/zero >&2', 'echo x'],
    timeoutSeconds,
  })
  t.is(big!.stdout.length, 5_000_000)
  t.true(big!.stdout.startsWith('0123456789abcde\n0123'))
  t.is(big!.stderr.length, 100_000)
  t.is(small!.stdout, 'x\n')
})

test('text that looks like a marker of another frame is text', async t => {
  const { session } = localSession(t)
  const lookalike = `\nha-run-${'0'.repeat(24)} part 3\n\nha-run-${'0'.repeat(24)} end 0\n`
  const [part, next] = await session.run({
    scripts: [sh`printf %s ${lookalike}; printf %s ${lookalike} >&2`, 'echo next'],
    timeoutSeconds,
  })
  t.is(part!.stdout, lookalike)
  t.is(part!.stderr, lookalike)
  t.is(next!.stdout, 'next\n')
})

test('a script does not affect the next one', async t => {
  const { session } = localSession(t)
  const [here, ...others] = await outputs(
    session,
    'pwd',
    'x=1; cd /; export y=2; umask 0; exit 7',
    'set -e; false; echo not here',
    'f() { echo f; }; exec 1>&-',
    'trap "echo bye" EXIT',
    'pwd; echo "[$x$y]"; umask; f 2>/dev/null',
  )
  t.deepEqual(others.slice(0, 4), ['', '', '', 'bye\n'])
  t.regex(others[4]!, new RegExp(`^${here!.trim()}\n\\[\\]\n0022\n$`))
  t.deepEqual(await outputs(session, 'echo "[$x$y]"'), ['[]\n'])
})

test('exit codes are each script’s own', async t => {
  const { session } = localSession(t)
  const scripts = [
    'true',
    'false',
    'exit 124',
    'exit 137',
    'exit 255',
    "kill -9 $(sh -c 'echo $PPID')",
    'no-such-command-at-all',
  ]
  const parts = await session.run({ scripts, timeoutSeconds })
  t.deepEqual(
    parts.map(({ exitCode }) => exitCode),
    [0, 1, 124, 137, 255, 137, 127],
  )
  t.true(parts.every(({ timedOut }) => !timedOut))
})

test('a script with a syntax error fails, and the session continues', async t => {
  const { session } = localSession(t)
  const [first, wrong] = await session.run({ scripts: ['echo first', 'if; then'], timeoutSeconds })
  t.is(first!.stdout, 'first\n')
  t.is(wrong!.exitCode, 2)
  t.false(wrong!.timedOut)
  t.deepEqual(await outputs(session, 'echo next'), ['next\n'])
})

test('a script may end in a comment, a here-document or without a newline', async t => {
  const { session } = localSession(t)
  t.deepEqual(await outputs(session, 'echo a # b', 'cat <<EOF\nc\nEOF', 'printf d'), ['a\n', 'c\n', 'd'])
})

test('the node terminates a hanging script with its children; earlier results are kept', async t => {
  const { session } = localSession(t)
  const pids = join(directory(t), 'pids')
  const hang = sh`echo begun; sleep 300 & echo $! >>${pids}; sh -c 'sleep 300 & echo $! >>'${pids}'; wait'; sleep 300`
  const [done, hung, never] = await session.run({
    scripts: ['echo done; exit 3', hang, 'echo never'],
    timeoutSeconds: 1,
  })
  t.deepEqual(done, { exitCode: 3, stdout: 'done\n', stderr: '', timedOut: false })
  t.like(hung, { stdout: 'begun\n', timedOut: true })
  t.like(never, { stdout: '', timedOut: true })
  const children = readFileSync(pids, 'utf8').trim().split('\n').map(Number)
  t.is(children.length, 2)
  t.true(await comesTrue(() => children.every(pid => !isAlive(pid))))
  t.deepEqual(await outputs(session, 'echo next'), ['next\n'])
})

test('the node terminates a script that waits too long; the results of the others are kept', async t => {
  const { session } = localSession(t)
  const [done, hung] = await session.run({ scripts: ['echo done'], waiting: ['sleep 300'], timeoutSeconds: 1 })
  t.deepEqual(done, { exitCode: 0, stdout: 'done\n', stderr: '', timedOut: false })
  t.like(hung, { stdout: '', timedOut: true })
})

// `timeout -k 5` sends its KILL only while the frame's own sh lives, and that one goes at the TERM.
test('after a timeout no process is left, not even one that ignores TERM', async t => {
  const { session } = localSession(t)
  const file = join(directory(t), 'pid')
  const script = sh`sh -c 'trap "" TERM; echo $$ >'${file}'; n=0; while [ $n -lt 600 ]; do n=$((n + 1)); sleep 0.1; done'; echo after`
  await session.run({ scripts: [script], timeoutSeconds: 1 })
  const pid = Number(readFileSync(file, 'utf8'))
  // It ends by itself after a minute; `-k 5` is to end it before.
  t.true(await comesTrue(() => !isAlive(pid), 30_000))
})

test('a process left in the background neither delays a frame nor breaks the next', async t => {
  const { session } = localSession(t)
  const folder = directory(t)
  const [go, spoken] = [join(folder, 'go'), join(folder, 'spoken')]
  // It goes on until the frame has ended, and then some.
  const left = sh`(until [ -e ${go} ]; do sleep 0.05; done; echo late; echo late >&2; : >${spoken}; sleep 1) & echo begun`
  const [part] = await session.run({ scripts: [left], timeoutSeconds })
  t.like(part, { stdout: 'begun\n', timedOut: false })
  const [, next] = await outputs(session, sh`: >${go}; until [ -e ${spoken} ]; do sleep 0.05; done`, 'echo next')
  t.is(next, 'next\n')
})

test('output between frames is dropped', async t => {
  const { session } = localSession(t)
  session.send('echo a banner; echo more >&2; printf %s "no newline"\n')
  t.deepEqual(await outputs(session, 'echo x'), ['x\n'])
  session.send('echo in between; echo more >&2\n')
  t.deepEqual(await session.run({ scripts: ['echo y >&2'], timeoutSeconds }), [
    { exitCode: 0, stdout: '', stderr: 'y\n', timedOut: false },
  ])
})

test("frames do not inherit the open files of the session's shell", async t => {
  const { session } = localSession(t)
  const lock = join(directory(t), 'lock')
  session.send(sh`command exec 9>>${lock} && flock -n 9` + '\n')
  t.deepEqual(
    await outputs(session, 'ls -l /proc/self/fd/9 2>&1 | grep -c lock', sh`flock -n ${lock} echo free || echo held`),
    ['0\n', 'held\n'],
  )
  await session.run({ scripts: ['sleep 5 &'], timeoutSeconds })
  await session.close()
  const other = localSession(t).session
  t.deepEqual(await outputs(other, sh`flock -n ${lock} echo free || echo held`), ['free\n'])
})

test('a lost shell rejects pending and later frames', async t => {
  const { session, shell } = localSession(t)
  const pending = [
    session.run({ scripts: ['sleep 3'], timeoutSeconds }),
    session.run({ scripts: ['echo x'], timeoutSeconds }),
  ]
  const lose = setTimeout(() => shell.kill(), 100)
  t.teardown(() => clearTimeout(lose))
  for (const call of pending) await t.throwsAsync(call, { name: 'ConnectError', message: 'the local shell is gone' })
  await t.throwsAsync(session.run({ scripts: ['echo y'], timeoutSeconds }), { name: 'ConnectError' })
  t.is(session.lost?.message, 'the local shell is gone')
})

test('closing lets the shell finish what was sent to it', async t => {
  const { session } = localSession(t)
  const file = join(directory(t), 'done')
  session.send(sh`sleep 0.3; : >${file}` + '\n')
  await session.close()
  t.true(existsSync(file))
})

test('a running group can be terminated from outside, and its frame has the exit code', async t => {
  const { session, shell } = localSession(t)
  const answer = session.run({ scripts: ['echo begun', 'sleep 60'], timeoutSeconds: 60 })
  t.true(await comesTrue(() => session.runningGroups.length === 1))
  signal(session.runningGroups[0]!, 'SIGTERM', shell.process.pid, { group: true })
  const [first, second] = await answer
  t.is(first!.stdout, 'begun\n')
  t.not(second!.exitCode, 0)
  t.deepEqual(await outputs(session, 'echo next'), ['next\n'])
})

test('the cleanup of a script that is terminated from outside is waited for', async t => {
  const { session, shell } = localSession(t)
  const file = join(directory(t), 'back')
  const answer = session.run({
    scripts: [sh`${atExit(sh`sleep 0.5 && : >${file}`)}; echo begun; sleep 60`],
    timeoutSeconds: 60,
  })
  t.true(await comesTrue(() => session.runningGroups.length === 1))
  signal(session.runningGroups[0]!, 'SIGTERM', shell.process.pid, { group: true })
  await answer
  t.true(existsSync(file))
})
