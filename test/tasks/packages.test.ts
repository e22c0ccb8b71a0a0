/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { installScript, lockTimeoutSeconds, packages } from '../../runner/tasks/packages.js'
import type { NodeScope } from '../../runner/tasks/scope.js'
import { sh } from '../../runner/ssh/quote.js'
import type { RemoteOptions } from '../../runner/ssh/remote-process.js'
import { localSession } from '../ssh/local-shell.js'
import { folderOf } from './scope.js'

/** Runs an installation with an apt-get and a systemctl that write down how they were called, over lists of long ago. */
function setUp(t: ExecutionContext, apt: string, find = '') {
  const folder = folderOf(t)
  const log = join(folder, 'log')
  const tool = (name: string, text: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${sh`echo ${name} "$@" >>${log}`}\n${text}\n`, { mode: 0o755 })
  tool('systemctl', '')
  tool('apt-get', apt)
  tool('sleep', '')
  // The find that looks at the lists is no news, what it answers is.
  writeFileSync(join(folder, 'find'), `#!/bin/sh\n${find}\n`, { mode: 0o755 })
  const { session } = localSession(t)
  return {
    folder,
    said: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .trimEnd()
            .split('\n')
            .map(line => line.replace(/-o \S+ /g, ''))
        : [],
    run: async (script: string, timeout = 20) =>
      (await session.run({ scripts: [sh`PATH=${folder}:$PATH` + `\n${script}`], timeoutSeconds: timeout }))[0]!,
  }
}

const corosync = installScript(['corosync'], ['corosync.service', 'pacemaker.service'])
const mask = 'systemctl -q mask --runtime corosync.service pacemaker.service'
const unmask = 'systemctl -q unmask --runtime corosync.service pacemaker.service'
const update = 'apt-get -q update'
const install = 'apt-get -q -y install --no-install-recommends -- corosync'

test('units are masked before, and unmasked after', async t => {
  const { run, said } = setUp(t, '')
  t.is((await run(corosync)).exitCode, 0)
  t.deepEqual(said(), [mask, update, install, unmask])
})

test('they are unmasked after a failure too, and the failure is reported', async t => {
  const { run, said } = setUp(t, 'case $* in *install*) echo "E: broken" >&2; exit 100 ;; esac')
  const { exitCode, stderr } = await run(corosync)
  t.is(exitCode, 100)
  t.is(stderr, 'E: broken\n')
  t.deepEqual(said(), [mask, update, install, unmask])
})

test('they are unmasked when the installation takes too long', async t => {
  const { run, said } = setUp(t, 'case $* in *install*) exec /bin/sleep 60 ;; esac')
  t.true((await run(corosync, 1)).timedOut)
  for (let tries = 50; tries > 0 && said().at(-1) !== unmask; tries -= 1)
    await new Promise(resolve => setTimeout(resolve, 50))
  t.deepEqual(said(), [mask, update, install, unmask])
})

test('without units nothing is masked', async t => {
  const { run, said } = setUp(t, '')
  await run(installScript(['curl', 'apache2'], []))
  t.deepEqual(said(), [update, 'apt-get -q -y install --no-install-recommends -- curl apache2'])
})

test('fresh package lists are not updated again, unless apt’s sources have changed since', async t => {
  const young = 'case $1 in /var/lib/apt/lists) echo $1 ;; esac'
  const changed = 'case $1 in /etc/apt) echo /etc/apt/sources.list ;; *) echo $1 ;; esac'
  for (const [find, expected] of [
    [young, [mask, install, unmask]],
    [changed, [mask, update, install, unmask]],
  ] as const) {
    const { run, said } = setUp(t, '', find)
    t.is((await run(corosync)).exitCode, 0)
    t.deepEqual(said(), expected)
  }
})

test('fresh lists without the package are updated', async t => {
  const { run, said } = setUp(
    t,
    `case $* in *install*) n=$(cat "$0.n" 2>/dev/null || echo 0); n=$((n + 1)); echo $n >"$0.n"; [ $n -gt 1 ] || { echo 'E: Unable to locate package corosync' >&2; exit 100; } ;; esac`,
    'case $1 in /var/lib/apt/lists) echo $1 ;; esac',
  )
  t.is((await run(corosync)).exitCode, 0)
  t.deepEqual(said(), [mask, install, update, install, unmask])
})

test('while another process has the lock of the lists, the update is repeated', async t => {
  const { run, said } = setUp(
    t,
    `case $* in *update*) n=$(cat "$0.n" 2>/dev/null || echo 0); n=$((n + 1)); echo $n >"$0.n"
[ $n -gt 2 ] || { echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1' >&2; exit 100; } ;; esac`,
  )
  t.is((await run(corosync)).exitCode, 0)
  t.deepEqual(said(), [mask, update, 'sleep 1', update, 'sleep 1', update, install, unmask])
})

test('the wait for a lock ends after the timeout', async t => {
  const { run, said } = setUp(t, `case $* in *update*) echo 'E: Could not get lock x' >&2; exit 100 ;; esac`)
  t.is((await run(corosync.replace(`tries=${lockTimeoutSeconds}`, 'tries=3'))).exitCode, 100)
  t.deepEqual(said(), [mask, update, 'sleep 1', update, 'sleep 1', update, unmask])
})

test('the error names the lock', async t => {
  const { run } = setUp(t, `case $* in *update*) echo 'E: Could not get lock x' >&2; exit 100 ;; esac`)
  const { stderr } = await run(corosync.replace(`tries=${lockTimeoutSeconds}`, 'tries=2'))
  t.true(stderr.includes('Could not get lock'))
})

test('if the lists cannot be updated, the installation uses the present ones', async t => {
  const { run, said } = setUp(t, `case $* in *update*) echo 'E: no network' >&2; exit 100 ;; esac`)
  const { exitCode, stderr } = await run(corosync)
  t.is(exitCode, 0)
  t.is(stderr, 'E: no network\n')
  t.deepEqual(said(), [mask, update, install, unmask])
})

test('the whole script', t => {
  t.is(installScript(['a'], ['b.service']), readFileSync('test/cases/blocks/install.sh', 'utf8').trimEnd())
  for (const script of [corosync, installScript(['a'], [])])
    t.is(spawnSync('sh', ['-n'], { input: script }).stderr.toString(), '')
})

test('the task is named after the first package', t => {
  t.is(packages(['pacemaker', 'crmsh']).name, 'install pacemaker')
})

test('apt’s progress is reported', async t => {
  const told: (string | undefined)[] = []
  const $ = ({ onLine }: RemoteOptions) => ({
    script: () => Promise.resolve(onLine?.('pmstatus:curl:62.5000:Installing curl (amd64)')),
  })
  await packages(['curl']).apply({ $, progress: (text?: string) => told.push(text) } as unknown as NodeScope, [
    { subject: 'package curl', from: undefined, to: 'installed' },
  ])
  t.deepEqual(told, ['installing 62 %: curl'])
})

test('only missing packages are installed', async t => {
  const task = packages(['a', 'b', 'c'])
  const finding = await task.check({
    $: undefined as never,
    read: (async ({ argument }: { argument: string }) => ({ version: argument === 'b' ? '1.0' : undefined })) as never,
  } as never)
  t.deepEqual(
    finding,
    ['a', 'c'].map(name => ({ subject: `package ${name}`, from: undefined, to: 'installed' })),
  )
})
