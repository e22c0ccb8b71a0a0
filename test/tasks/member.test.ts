import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import test from 'ava'
import { lockCluster } from '../../runner/engine/lock.js'
import { LockedError } from '../../runner/errors.js'
import { fileText } from '../../runner/facts/files.js'
import { localMember } from '../engine/cluster.js'

const withLocks = existsSync('/run/lock') && process.getuid?.() === 0 ? test : test.skip

test('after the connection was replaced, everything uses the new one, and facts are read again', async t => {
  const { member, shell } = localMember(t, 'n1')
  const fresh = localMember(t, 'n1').member.connection
  const hostname = fileText('/proc/sys/kernel/hostname')
  await member.read(hostname)
  const { generation } = member
  await member.replaceConnection(fresh)
  await shell.closed
  t.false(member.unreachable)
  t.is(member.connection, fresh)
  t.true(member.generation > generation)
  t.is((await member.$`echo x`).stdout, 'x\n')
  const { frames } = fresh.session
  await member.read(hostname)
  t.is(fresh.session.frames, frames + 1)
})

test('an expected disconnect is no lost node, any other is', async t => {
  const { member, shell } = localMember(t, 'n1')
  await member.expectDisconnect(async () => {
    shell.kill()
    await shell.closed
    t.false(member.unreachable)
  })
  t.true(member.unreachable)
})

withLocks('the lock is taken again over the new connection', async t => {
  const name = `test-${randomBytes(6).toString('hex')}`
  t.teardown(() => rmSync(`/run/lock/ha-run.${name}`, { force: true }))
  const { member, shell } = localMember(t, 'n1')
  await lockCluster([member], name, { run: 'run1' })
  shell.kill()
  await shell.closed
  await member.replaceConnection(localMember(t, 'n1').member.connection)
  await t.throwsAsync(lockCluster([localMember(t, 'n1').member], name, { run: 'run2' }), {
    instanceOf: LockedError,
    message: /\(run run1\)$/,
  })
})
