import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { ConnectError } from '../../runner/errors.js'
import { StreamReader } from '../../runner/ssh/answer.js'
import { connect } from '../../runner/ssh/connect.js'
import { remote } from '../../runner/ssh/remote.js'
import { localSession } from './local-shell.js'
import { localSshd, noSshd } from './local-sshd.js'

/** A node that prints without an end costs its own session, and not the memory of the run. */

const withSshd = noSshd === undefined ? test : test.skip

test('a command that prints without an end ends its session', async t => {
  const { session } = localSession(t)
  const call = remote({ name: 'node1', session })`yes`
  await t.throwsAsync(call, { instanceOf: ConnectError, message: 'local: a command prints more than 32 MB' })
})

test('a long answer arrives as it is', async t => {
  const { session } = localSession(t)
  const { stdout } = await remote({ name: 'node1', session })`seq 1000000; printf 'a\\000b\\377'`
  t.is(stdout.length, 6_888_896 + 4)
  t.true(stdout.endsWith('1000000\na\0b\ufffd'))
})

withSshd('a login that prints without an end is named', async t => {
  const server = await localSshd(t)
  const key = join(server.folder, 'userkey.pub')
  writeFileSync(key, `command="yes" ${readFileSync(key, 'utf8')}`)
  await t.throwsAsync(connect('node1', { host: '127.0.0.1', port: server.port }, server), {
    instanceOf: ConnectError,
    message: 'node1: the login prints more than 1 MB',
  })
})

test('a stream is cut at its markers, in whatever pieces it comes', t => {
  const text = fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes))
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (parts, sizes) => {
        const stream = Buffer.concat(parts.flatMap(part => [part, Buffer.from('\nNONCE part 0\n')]))
        const reader = new StreamReader()
        const seen: string[] = []
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          reader.push(stream.subarray(at, at + size))
          at += size
          for (let section = reader.next('NONCE'); section; section = reader.next('NONCE')) seen.push(section.before)
        }
        t.deepEqual(
          seen,
          parts.map(part => part.toString('utf8')),
        )
      },
    ),
    { numRuns: 100 },
  )
})
