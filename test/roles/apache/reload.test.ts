import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { configuration, hashOf, olderThanDisk, type Configuration } from '../../../roles/apache/configuration.js'
import { complaintOf, readOnlyTestScript, reloadScript, testScript } from '../../../roles/apache/reload.js'
import { outcome } from '../../../runner/ssh/remote.js'
import { folderOf } from '../../tasks/scope.js'
import { localSession } from '../../ssh/local-shell.js'

/** What the main process does with its pid file: writes another in its place once it has read its configuration. */
const load = 'echo $$ >"$0.new"; mv "$0.new" "${0%/*}/apache2.pid"'

/** A stand-in for Apache's main process, and the scripts of a node, all in a folder of this machine. */
async function setUp(t: ExecutionContext, onReload: string) {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'etc/mods-enabled'), { recursive: true })
  writeFileSync(join(folder, 'etc/ports.conf'), 'Listen 80\n')
  writeFileSync(join(folder, 'error.log'), 'AH00016: Configuration Failed\n')
  const program = join(folder, 'apache2')
  writeFileSync(program, `#!/bin/sh\ntrap '${onReload}' USR1\n${load}\necho ready\nwhile :; do sleep 0.05; done\n`, { mode: 0o755 })
  const apache = spawn(program, { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => apache.kill('SIGKILL'))
  await once(apache.stdout, 'data')
  const { session } = localSession(t)
  const run = async (script: string) => {
    const here = script.replaceAll('/etc/apache2', join(folder, 'etc')).replaceAll('/run/apache2/', `${folder}/`)
      .replaceAll('/run/ha-run.apache2', join(folder, 'note')).replaceAll('/var/log/apache2/', `${folder}/`).replace('tries=150', 'tries=10')
    return outcome(here, (await session.run({ scripts: [here], timeout: 20 }))[0]!, 'here', 20, true)
  }
  const look = async () => configuration.family.parse(await run(configuration.family.script([''])), [''])[0] as Configuration
  return { folder, apache, run, look }
}

test('a reload is waited for and noted, and the process stays', async t => {
  const { folder, apache, run, look } = await setUp(t, load)
  t.is(olderThanDisk(await look()), undefined)
  writeFileSync(join(folder, 'etc/ports.conf'), 'Listen 81\n')
  const before = await look()
  t.is(olderThanDisk(before), 'as before ports.conf changed')
  t.like(await run(reloadScript(hashOf(before))), { exitCode: 0, stdout: '', stderr: '' })
  const after = await look()
  t.not(after.load!.id, before.load!.id)
  t.is(after.note!.load, after.load!.id)
  t.is(olderThanDisk(after), undefined)
  t.is(readFileSync(join(folder, 'apache2.pid'), 'utf8'), `${apache.pid}\n`)
  t.is(apache.exitCode, null)
})

test('after a reload contents count, not times', async t => {
  const { folder, run, look } = await setUp(t, load)
  await run(reloadScript(hashOf(await look())))
  writeFileSync(join(folder, 'etc/ports.conf'), 'Listen 82\n')
  t.regex(olderThanDisk(await look())!, /^sha256:/)
  writeFileSync(join(folder, 'etc/ports.conf'), 'Listen 80\n')
  t.is(olderThanDisk(await look()), undefined)
})

test('a module that was enabled or disabled is a change, although no file is newer', async t => {
  const { folder, run, look } = await setUp(t, load)
  await run(`ln -s ../ports.conf ${folder}/etc/mods-enabled/x.load`)
  t.regex(olderThanDisk(await look())!, /mods-enabled/)
})

test('a file with an old date is a change, and so is one outside that a link leads to', async t => {
  const { folder, run, look } = await setUp(t, load)
  await run(`ln -s ${folder}/outside ${folder}/etc/mods-enabled/outside.conf; echo one >${folder}/outside`)
  await run(reloadScript('abc'))
  await run(`rm ${folder}/note; touch -d 2001-01-01 ${folder}/etc/ports.conf`)
  t.is(olderThanDisk(await look()), 'as before ports.conf changed')
  const loaded = hashOf(await look())
  await run(reloadScript(loaded))
  t.is(olderThanDisk(await look()), undefined)
  await run(`echo two >${folder}/outside`)
  t.is(olderThanDisk(await look()), `sha256:${loaded.slice(0, 12)}`)
})

test('where apache ends over it, the end of its error log is told and nothing is noted', async t => {
  const { folder, run } = await setUp(t, 'exit 1')
  t.like(await run(reloadScript('abc')), { exitCode: 1, stderr: 'AH00016: Configuration Failed\n' })
  t.false(existsSync(join(folder, 'note')))
})

test('where it goes on with what it had, too', async t => {
  const { folder, run } = await setUp(t, ':')
  t.like(await run(reloadScript('abc')), { exitCode: 1, stderr: 'AH00016: Configuration Failed\n' })
  t.false(existsSync(join(folder, 'note')))
})

test('a number that is another process’s by now gets no signal', async t => {
  const { folder, run, look } = await setUp(t, load)
  writeFileSync(join(folder, 'apache2.pid'), `${process.pid}\n`)
  t.regex((await run(reloadScript('abc'))).stderr, /^process \d+ is .*, not apache2\n$/)
  t.is((await look()).load, undefined)
})

test('what apache says, without what it always says', t => {
  t.is(complaintOf(`AH00558: apache2: Could not reliably determine the server's fully qualified domain name
AH00526: Syntax error on line 14 of /etc/apache2/ports.conf:
Invalid command 'Foo', perhaps misspelled

Action '-DSTATUS -t' failed.
The Apache error log may have more information.
`), 'AH00526: Syntax error on line 14 of /etc/apache2/ports.conf:\nInvalid command \'Foo\', perhaps misspelled')
})

test('the test is of the file that the agent is told', t => {
  t.is(testScript('/etc/apache2/my site.conf'), 'apache2ctl -DSTATUS -f \'/etc/apache2/my site.conf\' -t')
})

test('a plan’s test makes no folder', async t => {
  const folder = folderOf(t)
  const { session } = localSession(t)
  const here = readOnlyTestScript('x').replaceAll('/run/', `${folder}/`).replace('apache2ctl', 'echo tested')
  const run = async () => (await session.run({ scripts: [here], timeout: 20 }))[0]!
  t.like(await run(), { exitCode: 0, stdout: '' })
  mkdirSync(join(folder, 'apache2/socks'), { recursive: true })
  mkdirSync(join(folder, 'lock/apache2'), { recursive: true })
  t.like(await run(), { exitCode: 0, stdout: 'tested -DSTATUS -f x -t\n' })
})
