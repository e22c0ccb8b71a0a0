import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { deadline } from '../../runner/ssh/probe-loop.js'
import { connectTcp, runProgram } from '../../runner/ssh/services.js'
import { comesTrue } from '../comes-true.js'

const soon = (t: ExecutionContext, ms = 60_000) => {
  const { signal, cancel } = deadline(ms)
  t.teardown(cancel)
  return signal
}

test('a TCP connection from this machine', async t => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  await t.notThrowsAsync(connectTcp('127.0.0.1', (server.address() as AddressInfo).port, soon(t)))
  await t.throwsAsync(connectTcp('127.0.0.1', 1, soon(t)), { message: /ECONNREFUSED/ })
})

/** A folder with a program in it. */
function folderWith(t: ExecutionContext, program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-program-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'check-shop'), `#!/bin/sh\n${program}\n`, { mode: 0o755 })
  return folder
}

test('a program of the inventory’s folder is well if it exits with 0', async t => {
  const folder = folderWith(t, '[ "$1" = "a b" ] && [ -x check-shop ] && exit 0; echo "not $1"; echo why >&2; exit 3')
  await t.notThrowsAsync(runProgram(['./check-shop', 'a b'], folder, soon(t)))
  await t.throwsAsync(runProgram(['./check-shop', '$(id)'], folder, soon(t)), {
    message: 'exit code 3: not $(id)\nwhy',
  })
  await t.throwsAsync(runProgram(['./check'], folder, soon(t)), { message: `there is no program ./check in ${folder}` })
})

test('a program that does not end is ended with all that it has started', async t => {
  const folder = folderWith(t, 'sleep 600 & echo $! >started; wait')
  await t.throwsAsync(runProgram(['./check-shop'], folder, soon(t, 300)), { message: 'no answer within 0.3 s' })
  const { readFileSync, existsSync } = await import('node:fs')
  const started = readFileSync(join(folder, 'started'), 'utf8').trim()
  t.true(await comesTrue(() => !existsSync(`/proc/${started}`) || isZombie(started, readFileSync)))
})

const isZombie = (pid: string, read: (path: string, encoding: 'utf8') => string) => {
  try {
    return / Z /.test(read(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}
