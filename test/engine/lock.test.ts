import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import test, { type ExecutionContext } from 'ava'
import { lockCluster } from '../../runner/engine/lock.js'
import { Member } from '../../runner/tasks/member.js'
import { ConnectError, LockedError } from '../../runner/errors.js'
import { localMember } from './cluster.js'

const withLocks = existsSync('/run/lock') && process.getuid?.() === 0 ? test : test.skip

/** A cluster's name of this test alone; its lock file goes with the test. */
function clusterName(t: ExecutionContext): { name: string; file: string } {
  const name = `test-${randomBytes(6).toString('hex')}`
  const file = `/run/lock/ha-run.${name}`
  t.teardown(() => rmSync(file, { force: true }))
  return { name, file }
}

withLocks('a lock file names its owner, the machine, since when, the process and the session', async t => {
  const { name, file } = clusterName(t)
  await lockCluster([localMember(t, 'n1').member], name, { run: 'run1' })
  t.regex(
    readFileSync(file, 'utf8'),
    new RegExp(
      `^[\\w-]+@${hostname()} since 20\\d\\d-\\d\\d-\\d\\dT[\\d:.]+Z \\(run run1\\)\nprocess \\w+ ${process.pid} \\d+\nsession \\w+ 45 \\d+ \n$`,
    ),
  )
})

withLocks('a second run is refused with the owner, and does not take the lock over', async t => {
  const { name, file } = clusterName(t)
  await lockCluster([localMember(t, 'n1').member], name, { run: 'run1' })
  const { member } = localMember(t, 'n1')
  const error = await t.throwsAsync(lockCluster([member], name, { run: 'run2' }), {
    instanceOf: LockedError,
    message: /is locked on n1 by another run: .*\(run run1\)$/,
  })
  t.is(error.exitCode, 5)
  t.true(readFileSync(file, 'utf8').includes('(run run1)'))
  t.is((await member.$`echo still works`).stdout, 'still works\n')
})

withLocks('a lock ends with its session, however that ends', async t => {
  const { name } = clusterName(t)
  for (const [run, end] of [
    ['run1', 'close'],
    ['run2', 'kill'],
    ['run3', 'close'],
  ] as const) {
    const { member, shell } = localMember(t, 'n1')
    await t.notThrowsAsync(lockCluster([member], name, { run }))
    await member.$`sleep 5 >/dev/null 2>&1 &`
    if (end === 'kill') {
      shell.kill()
      await shell.closed
    } else await member.connection.session.close()
  }
})

withLocks('the first node by name decides, unreachable nodes are skipped', async t => {
  const { name } = clusterName(t)
  const absent = new Member({ name: 'a0', connection: { host: 'a0' } }, new ConnectError('no answer'))
  const one = localMember(t, 'b').member
  const other = localMember(t, 'c').member
  const { member: rival } = localMember(t, 'b')
  await lockCluster([rival], name, { run: 'run0' })
  await t.throwsAsync(lockCluster([other, absent, one], name, { run: 'run1' }), {
    instanceOf: LockedError,
    message: /is locked on b by another run: .*\(run run0\)$/,
  })
  await rival.connection.session.close()
  // Without the other: both are this machine, and would race for one lock.
  await t.notThrowsAsync(lockCluster([absent, one], name, { run: 'run2' }))
})

withLocks('a lock file that cannot be written is an error, and the session continues', async t => {
  const { member } = localMember(t, 'n1')
  await t.throwsAsync(lockCluster([member], 'no/such/folder', { run: 'run1' }), {
    instanceOf: LockedError,
    message: /cannot write \/run\/lock\/ha-run\.no\/such\/folder$/,
  })
  t.is((await member.$`echo still works`).stdout, 'still works\n')
})

test('without a reachable node there is nothing to lock', async t => {
  await t.notThrowsAsync(
    lockCluster([new Member({ name: 'a', connection: { host: 'a' } }, new ConnectError('no'))], 'c', { run: 'r' }),
  )
})
