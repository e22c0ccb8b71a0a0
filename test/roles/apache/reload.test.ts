import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import {
  apacheConfiguration,
  hashOf,
  loadedConfiguration,
  type Configuration,
} from '../../../roles/apache/configuration.js'
import { configtest, configurationErrors, readOnlyConfigtest, reloadGracefully } from '../../../roles/apache/reload.js'
import { remote, type Remote } from '../../../runner/ssh/remote.js'
import { scriptText } from '../../../runner/ssh/frame.js'
import type { Session } from '../../../runner/ssh/session.js'
import { folderOf } from '../../tasks/scope.js'
import { localSession } from '../../ssh/local-shell.js'

/** What the main process does once it has read its configuration: it replaces its pid file. */
const load = 'echo $$ >"$0.new"; mv "$0.new" "${0%/*}/apache2.pid"'

/** A `$` of this machine's shell; `rewrite` changes the paths in the scripts. */
function localRemote(t: ExecutionContext, rewrite: (script: string) => string): Remote {
  const { session } = localSession(t)
  const rewriting: Pick<Session, 'run'> = {
    run: async request =>
      session.run({ ...request, scripts: request.scripts.map(script => rewrite(scriptText(script))) }),
  }
  return remote({ name: 'node1', session: rewriting as Session })({ nothrow: true })
}

/** A stand-in for Apache's main process, with its files in a folder of this machine. */
async function setUp(t: ExecutionContext, onReload: string) {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'etc/mods-enabled'), { recursive: true })
  writeFileSync(join(folder, 'etc/ports.conf'), 'Listen 80\n')
  writeFileSync(join(folder, 'error.log'), 'AH00016: Configuration Failed\n')
  const program = join(folder, 'apache2')
  writeFileSync(program, `#!/bin/sh\ntrap '${onReload}' USR1\n${load}\necho ready\nwhile :; do sleep 0.05; done\n`, {
    mode: 0o755,
  })
  const apache = spawn(program, { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => apache.kill('SIGKILL'))
  await once(apache.stdout, 'data')
  const $ = localRemote(t, script =>
    script
      .replaceAll('/etc/apache2', join(folder, 'etc'))
      .replaceAll('/run/apache2/', `${folder}/`)
      .replaceAll('/run/ha-run.apache2', join(folder, 'note'))
      .replaceAll('/var/log/apache2/', `${folder}/`)
      .replace('tries=150', 'tries=10'),
  )
  const readConfiguration = async () =>
    apacheConfiguration.family.parse(await $.script(apacheConfiguration.family.script([''])), [''])[0] as Configuration
  return { folder, apache, $, readConfiguration }
}

test('a reload returns once the configuration is loaded, notes its hash, and keeps the process', async t => {
  const { folder, apache, $, readConfiguration } = await setUp(t, load)
  t.is(loadedConfiguration(await readConfiguration()), undefined)
  writeFileSync(join(folder, 'etc/ports.conf'), 'Listen 81\n')
  const before = await readConfiguration()
  t.is(loadedConfiguration(before), 'as before ports.conf changed')
  t.like(await reloadGracefully($, hashOf(before)), { exitCode: 0, stdout: '', stderr: '' })
  const after = await readConfiguration()
  t.not(after.load!.id, before.load!.id)
  t.is(after.note!.load, after.load!.id)
  t.is(loadedConfiguration(after), undefined)
  t.is(readFileSync(join(folder, 'apache2.pid'), 'utf8'), `${apache.pid}\n`)
  t.is(apache.exitCode, null)
})

test('after a reload, contents are compared, not times', async t => {
  const { folder, $, readConfiguration } = await setUp(t, load)
  await reloadGracefully($, hashOf(await readConfiguration()))
  writeFileSync(join(folder, 'etc/ports.conf'), 'Listen 82\n')
  t.regex(loadedConfiguration(await readConfiguration())!, /^sha256:/)
  writeFileSync(join(folder, 'etc/ports.conf'), 'Listen 80\n')
  t.is(loadedConfiguration(await readConfiguration()), undefined)
})

test('a module that was enabled or disabled is a change, although no file is newer', async t => {
  const { folder, $, readConfiguration } = await setUp(t, load)
  await $.script(`ln -s ../ports.conf ${folder}/etc/mods-enabled/x.load`)
  t.regex(loadedConfiguration(await readConfiguration())!, /mods-enabled/)
})

test('a file with an old date is a change, and so is the target of a link outside the folder', async t => {
  const { folder, $, readConfiguration } = await setUp(t, load)
  await $.script(`ln -s ${folder}/outside ${folder}/etc/mods-enabled/outside.conf; echo one >${folder}/outside`)
  await reloadGracefully($, 'abc')
  await $.script(`rm ${folder}/note; touch -d 2001-01-01 ${folder}/etc/ports.conf`)
  t.is(loadedConfiguration(await readConfiguration()), 'as before ports.conf changed')
  const loaded = hashOf(await readConfiguration())
  await reloadGracefully($, loaded)
  t.is(loadedConfiguration(await readConfiguration()), undefined)
  await $.script(`echo two >${folder}/outside`)
  t.is(loadedConfiguration(await readConfiguration()), `sha256:${loaded.slice(0, 12)}`)
})

test('if Apache exits over its configuration, the end of its error log is reported and nothing is noted', async t => {
  const { folder, $ } = await setUp(t, 'exit 1')
  t.like(await reloadGracefully($, 'abc'), { exitCode: 1, stderr: 'AH00016: Configuration Failed\n' })
  t.false(existsSync(join(folder, 'note')))
})

test('the same if Apache keeps its old configuration', async t => {
  const { folder, $ } = await setUp(t, ':')
  t.like(await reloadGracefully($, 'abc'), { exitCode: 1, stderr: 'AH00016: Configuration Failed\n' })
  t.false(existsSync(join(folder, 'note')))
})

test('no signal is sent if the pid belongs to another process', async t => {
  const { folder, $, readConfiguration } = await setUp(t, load)
  writeFileSync(join(folder, 'apache2.pid'), `${process.pid}\n`)
  t.regex((await reloadGracefully($, 'abc')).stderr, /^process \d+ is .*, not apache2\n$/)
  t.is((await readConfiguration()).load, undefined)
})

test('errors of apache2ctl without its usual remarks', t => {
  t.is(
    configurationErrors(`AH00558: apache2: Could not reliably determine the server's fully qualified domain name
AH00526: Syntax error on line 14 of /etc/apache2/ports.conf:
Invalid command 'Foo', perhaps misspelled

Action '-DSTATUS -t' failed.
The Apache error log may have more information.
`),
    "AH00526: Syntax error on line 14 of /etc/apache2/ports.conf:\nInvalid command 'Foo', perhaps misspelled",
  )
})

test('the configuration file of the agent is tested', async t => {
  const $ = localRemote(t, script => script.replace('apache2ctl', 'printf "<%s>"'))
  const printed: string[] = []
  await configtest($({ onLine: line => printed.push(line) }), '/etc/apache2/my site.conf')
  t.deepEqual(printed, ['<-DSTATUS><-f></etc/apache2/my site.conf><-t>'])
})

test('a plan’s test makes no folder', async t => {
  const folder = folderOf(t)
  const $ = localRemote(t, script => script.replaceAll('/run/', `${folder}/`).replace('apache2ctl', 'echo tested'))
  const test = async () => {
    const printed: string[] = []
    await readOnlyConfigtest($({ onLine: line => printed.push(line) }), 'x')
    return printed
  }
  t.deepEqual(await test(), [])
  mkdirSync(join(folder, 'apache2/socks'), { recursive: true })
  mkdirSync(join(folder, 'lock/apache2'), { recursive: true })
  t.deepEqual(await test(), ['tested -DSTATUS -f x -t'])
})
