import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { lockCluster } from '../../runner/engine/lock.js'
import { InterruptedError, LockedError } from '../../runner/errors.js'
import { comesTrue } from '../comes-true.js'
import { FakeClock } from '../fake-clock.js'
import { isAlive } from '../ssh/local-shell.js'
import { leasedMember } from './leased-member.js'
import { localMember } from './cluster.js'

/** Leases of real shells; ss is a script that prints a file. A lease takes seconds, so that these tests run side by side. */

const withLocks = existsSync('/run/lock') && process.getuid?.() === 0 ? test : test.skip

const connection = '192.0.2.1 40000 192.0.2.2 22'

/** A cluster's name of this test alone, and a connection as ss describes it. */
function setting(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-lease-'))
  const cluster = `test-${randomBytes(6).toString('hex')}`
  const file = `/run/lock/ha-run.${cluster}`
  const output = join(folder, 'output')
  writeFileSync(join(folder, 'ss'), `#!/bin/sh\ncat ${output}\n`)
  chmodSync(join(folder, 'ss'), 0o755)
  t.teardown(() => {
    rmSync(folder, { recursive: true })
    rmSync(file, { force: true })
  })
  return {
    cluster,
    file,
    member: () => leasedMember(t, connection, folder),
    /** Since when nothing has come over the connection. */
    silent: (lastrcv: number, lastack = lastrcv) =>
      writeFileSync(
        output,
        `0 0 192.0.2.2:22 192.0.2.1:40000\n\t cubic rto:204 lastsnd:7 lastrcv:${lastrcv} lastack:${lastack} pacing_rate 1Mbps\n`,
      ),
    disconnected: () => writeFileSync(output, ''),
  }
}

/** Numbers of the processes that watch a lock. */
function watchersOf(file: string): number[] {
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return []
    try {
      const argv = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0')
      return argv.includes('ha-run-lease') && argv.includes(file) ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

withLocks(
  'the lock of a silent connection ends, and the next run has it; what the node was at is finished first',
  async t => {
    const { cluster, file, member, silent } = setting(t)
    silent(0)
    const { member: holder, shell } = member()
    await lockCluster([holder], cluster, { run: 'run1', leaseSeconds: 1 })
    const work = join(tmpdir(), cluster)
    const end = `${work}.end`
    t.teardown(() => [work, end].forEach(path => rmSync(path, { force: true })))
    const running = holder.$`echo begun >${work}; until [ -e ${end} ]; do sleep 0.2; done; echo done >${work}`.catch(
      () => {},
    )
    t.true(await comesTrue(() => existsSync(work)))
    silent(5000)
    await sleep(2000)
    t.true(isAlive(shell.process.pid!), 'the node still works')
    writeFileSync(end, '')
    const { member: next } = localMember(t, 'n1')
    await lockCluster([next], cluster, { run: 'run2', waitSeconds: 20 })
    t.is(readFileSync(work, 'utf8'), 'done\n')
    await shell.closed
    await running
    t.true(await comesTrue(() => watchersOf(file).length === 0))
  },
)

withLocks('a connection on which something comes keeps the lock: data, or an acknowledgement alone', async t => {
  for (const [lastrcv, lastack] of [
    [100, 90_000],
    [90_000, 100],
  ] as const) {
    const { cluster, member, silent } = setting(t)
    silent(lastrcv, lastack)
    const { member: holder } = member()
    await lockCluster([holder], cluster, { run: 'run1', leaseSeconds: 1 })
    await sleep(2500)
    t.is((await holder.$`echo here`).stdout, 'here\n')
  }
})

withLocks('the watcher ends with its session, however that ends, and holds no lock', async t => {
  const { cluster, file, member, silent } = setting(t)
  silent(0)
  for (const run of ['run1', 'run2']) {
    const { member: holder, shell } = member()
    await lockCluster([holder], cluster, { run, waitSeconds: 5 })
    t.true(await comesTrue(() => watchersOf(file).length === 1))
    if (run === 'run1') shell.kill()
    else await holder.connection.session.close()
    await shell.closed
    t.true(await comesTrue(() => watchersOf(file).length === 0))
  }
})

withLocks('without ss, or without such a connection, nothing is ended', async t => {
  const { cluster, member, disconnected } = setting(t)
  disconnected()
  const { member: holder } = member()
  await lockCluster([holder], cluster, { run: 'run1', leaseSeconds: 1 })
  await sleep(2500)
  t.is((await holder.$`echo here`).stdout, 'here\n')
})

withLocks('a refusal says for how long the holder has been silent, and when the lock ends', async t => {
  const { cluster, member, silent } = setting(t)
  silent(20_400)
  await lockCluster([member().member], cluster, { run: 'run1' })
  const next = member().member
  await t.throwsAsync(lockCluster([next], cluster, { run: 'run2' }), {
    instanceOf: LockedError,
    message: /\(run run1\); its connection has been silent for 20 s; the lock ends in 25 s unless it comes back$/,
  })
  silent(3000)
  await t.throwsAsync(lockCluster([next], cluster, { run: 'run2' }), { message: /\(run run1\)$/ })
})

/** Makes the lock file name a run whose process has ended. */
function pretendDead(file: string): void {
  const { pid } = spawnSync('true')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^(process \w+) \d+/m, `$1 ${pid}`))
}

withLocks(
  'a run of this machine that is provably gone is stepped over, once the node has finished what it started',
  async t => {
    const { cluster, file, member, silent } = setting(t)
    silent(0)
    const { member: holder, shell } = member()
    await lockCluster([holder], cluster, { run: 'run1' })
    pretendDead(file)
    const work = join(tmpdir(), cluster)
    t.teardown(() => rmSync(work, { force: true }))
    const running = holder.$`sleep 3; echo done >${work}`.catch(() => {})
    const reports: string[] = []
    const next = member().member
    t.true(
      await lockCluster([next], cluster, {
        run: 'run2',
        waiting: ({ node, text }) => reports.push(`${node}: ${text}`),
      }),
    )
    t.is(readFileSync(work, 'utf8'), 'done\n')
    t.regex(reports[0] ?? '', /^n1: .*\(run run1\); that run is gone, and what it started is being finished$/)
    await shell.closed
    await running
  },
)

withLocks('a run of this machine that lives, and one of another machine, are not stepped over', async t => {
  const { cluster, file, member, silent } = setting(t)
  silent(0)
  const { member: holder } = member()
  await lockCluster([holder], cluster, { run: 'run1' })
  const next = member().member
  await t.throwsAsync(lockCluster([next], cluster, { run: 'run2' }), { instanceOf: LockedError })
  pretendDead(file)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^process \w+/m, 'process 0123456789abcdef'))
  await t.throwsAsync(lockCluster([next], cluster, { run: 'run2' }), { instanceOf: LockedError })
  t.is((await holder.$`echo here`).stdout, 'here\n')
})

withLocks('a wait has a bound, and ends at the first Ctrl-C', async t => {
  const { cluster, member, silent } = setting(t)
  silent(0)
  await lockCluster([member().member], cluster, { run: 'run1' })
  const next = member().member
  const stop = new AbortController()
  let reports = 0
  const waiting = () => {
    reports += 1
    if (reports > 10) stop.abort()
  }
  const options = { run: 'run2', waiting, stop: stop.signal, clock: new FakeClock() }
  await t.throwsAsync(lockCluster([next], cluster, { ...options, waitSeconds: 3 }), {
    instanceOf: LockedError,
    message: /^test-\w+ is still locked on n1 after 3 s by another run: .*\(run run1\)$/,
  })
  t.is(reports, 3)
  await t.throwsAsync(lockCluster([next], cluster, { ...options, waitSeconds: 600 }), { instanceOf: InterruptedError })
})
