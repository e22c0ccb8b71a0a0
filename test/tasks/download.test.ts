import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { TaskError, UsageError } from '../../runner/errors.js'
import { sha256 } from '../../runner/hash.js'
import { download } from '../../runner/tasks/download.js'
import { applyTask, folderOf, localScope, said } from './scope.js'

const asRoot = process.getuid?.() === 0 ? test : test.skip

/** A web server on this machine that serves one text, and what it was asked for. */
async function serve(t: ExecutionContext, text: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(`${url} ${headers.authorization ?? ''}`.trim())
    if (url.startsWith('/there')) response.end(text)
    else response.writeHead(404).end('not here')
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

asRoot('a file is fetched once, with its mode', async t => {
  const path = join(folderOf(t), 'bin', 'tool')
  const { url, asked } = await serve(t, 'tool 1')
  const hash = sha256('tool 1')
  const task = download(path, { url: `${url}/there?token=hush`, sha256: hash.toUpperCase(), mode: '0755' })
  const scope = localScope(t)
  const { before, after } = await applyTask(task, scope)
  t.deepEqual(said(before), [`${path}: - -> sha256:${hash}`])
  t.false(JSON.stringify(before).includes('hush'))
  t.deepEqual(after, [])
  t.is(readFileSync(path, 'utf8'), 'tool 1')
  t.is(statSync(path).mode & 0o777, 0o755)
  t.deepEqual((await applyTask(task, scope)).before, [])
  t.deepEqual(asked, ['/there?token=hush'])
})

asRoot('a wrong checksum keeps the former file, and leaves nothing beside it', async t => {
  const folder = folderOf(t)
  const path = join(folder, 'tool')
  writeFileSync(path, 'former')
  const { url } = await serve(t, 'something else')
  const address = url.replace('//', '//me:hush@')
  const error = await t.throwsAsync(
    applyTask(download(path, { url: `${address}/there`, sha256: sha256('tool 1') }), localScope(t)),
    {
      instanceOf: TaskError,
      message: new RegExp(`^${url}/there was not downloaded: its SHA-256 is ${sha256('something else')}`),
    },
  )
  t.regex(String(error.hint), /checksum/)
  t.false(error.message.includes('hush'))
  t.is(readFileSync(path, 'utf8'), 'former')
  t.deepEqual(readdirSync(folder), ['tool'])
})

asRoot('what the server does not have is an error with its answer', async t => {
  const path = join(folderOf(t), 'tool')
  const { url } = await serve(t, '')
  await t.throwsAsync(applyTask(download(path, { url: `${url}/gone`, sha256: sha256('') }), localScope(t)), {
    instanceOf: TaskError,
    message: /404/,
  })
})

asRoot('only the mode is corrected where only the mode differs', async t => {
  const path = join(folderOf(t), 'tool')
  writeFileSync(path, 'tool 1', { mode: 0o600 })
  const task = download(path, { url: 'http://127.0.0.1:9/never', sha256: sha256('tool 1') })
  const { before, after } = await applyTask(task, localScope(t))
  t.deepEqual(said(before), [`mode of ${path}: 0600 -> 0644`])
  t.deepEqual(after, [])
})

test('addresses and checksums that can never be right are refused', t => {
  const sum = sha256('')
  t.throws(() => download('/x', { url: 'ftp://host/x', sha256: sum }), { instanceOf: UsageError })
  t.throws(() => download('/x', { url: 'host/x', sha256: sum }), { instanceOf: UsageError })
  t.throws(() => download('/x', { url: 'https://host/x', sha256: 'abc' }), {
    instanceOf: UsageError,
    message: /SHA-256/,
  })
})
