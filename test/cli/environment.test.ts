import { execFile, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { relative } from 'node:path'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { closedPort } from '../ssh/local-sshd.js'
import { haRun, inventoryOf, main } from './ha-run.js'
import { onTerminal } from './terminal.js'

/** What this machine refuses is no defect of ha-run: the error names the path and the remedy. */

const isRoot = process.getuid?.() === 0
const asRoot = isRoot ? test : test.skip

/** Runs a command line with other file systems at some places, in a mount namespace of its own. */
async function mounted(mounts: string, program: string, ...args: string[]) {
  const argv = ['--mount', 'sh', '-c', `${mounts}\nexec "$0" "$@"`, process.execPath, program, ...args]
  return promisify(execFile)('unshare', argv).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

asRoot('a /tmp that is read-only', async t => {
  const inventory = inventoryOf(t, closedPort, closedPort)
  // What stands in /tmp itself must stay readable.
  const elsewhere = `mkdir /run/site /run/ha-run; cp ${inventory} /run/site/; mount --bind ${process.cwd()} /run/ha-run`
  const { code, stderr } = await mounted(
    `mount -t tmpfs none /run; ${elsewhere}; mount -t tmpfs -o ro none /tmp`,
    `/run/ha-run/${relative(process.cwd(), main)}`,
    ...['verify', '-i', '/run/site/site.yml'],
  )
  t.is(code, 1)
  t.regex(stderr, /\/tmp\/ha-run-\S+: the file system is read-only\n +-> remount it: `findmnt -T \/tmp`/)
  t.notRegex(stderr, /defect/)
})

asRoot('a full disk under a report: the error names it, and the exit code of a failed run stays', async t => {
  const inventory = inventoryOf(t, closedPort, closedPort)
  const full = 'mount -t tmpfs -o size=4k none /mnt; head -c 4096 /dev/zero >/mnt/x'
  const { code, stderr } = await mounted(full, main, 'verify', '-i', inventory, '--report', '/mnt/report.html')
  t.is(code, 4)
  t.regex(stderr, /^\/mnt\/report\.html: the disk is full\n-> free some space: `df -h \/mnt`/)
})

test('an output that cannot be written is not the success of a run', async t => {
  const child = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] })
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  t.is(await new Promise(resolve => child.on('close', resolve)), 1)
  t.regex(stderr, /^ha-run: the output could not be written: ENOSPC/)
})

async function screenOf(t: ExecutionContext, env: NodeJS.ProcessEnv) {
  const inventory = inventoryOf(t, closedPort, closedPort)
  return (await onTerminal(`'${process.execPath}' '${main}' verify -i ${inventory}`, { env })).screen
}

test('a dumb terminal and a CI job get plain lines: no colours, nothing is drawn again', async t => {
  t.true((await screenOf(t, {})).includes('\x1b['))
  for (const env of [{ TERM: 'dumb' }, { CI: 'true' }])
    t.false((await screenOf(t, env)).includes('\x1b'), JSON.stringify(env))
  t.false((await screenOf(t, { NO_COLOR: '1' })).includes('\x1b[3'))
})

test('without stdout, a run that failed keeps its exit code', async t => {
  const { exit } = await haRun(t, 'verify', '-i', inventoryOf(t, closedPort, closedPort))
  t.is(exit, 4)
})
