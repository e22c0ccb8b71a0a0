import { execFile, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { closedPort } from '../ssh/local-sshd.js'
import { folderOf, inventoryOf, main } from './ha-run.js'
import { onTerminal } from './terminal.js'

// An import reports on stderr, a run on stdout.
for (const [command, ...options] of [['import', '127.0.0.1'], ['verify']]) {
  test(`closed stdout and stderr do not end ${command}: the exit code is still its own`, async t => {
    const config = join(folderOf(t), 'config')
    writeFileSync(config, `Host *\n  Port ${closedPort}\n`)
    const inventory = command === 'verify' ? ['-i', inventoryOf(t, closedPort, closedPort)] : []
    const child = spawn(process.execPath, [main, command!, ...options, ...inventory, '-F', config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    child.stderr.destroy()
    t.is(await new Promise(resolve => child.on('close', resolve)), 4)
  })
}

test('an error on the command line is coloured on a terminal, unless --no-color or NO_COLOR is given', async t => {
  const command = `'${process.execPath}' '${main}' sites`
  const coloured = '\x1b[31m✖\x1b[39m there is no command'
  t.true((await onTerminal(command)).screen.includes(coloured))
  t.false((await onTerminal(`${command} --no-color`)).screen.includes('\x1b['))
  t.false((await onTerminal(command, { env: { NO_COLOR: '1' } })).screen.includes('\x1b['))
})

test('a hint wraps at the width of the terminal, below its own text', async t => {
  const { exit, screen } = await onTerminal(`'${process.execPath}' '${main}' drill </dev/null`, { columns: 50 })
  t.is(exit, 1)
  t.regex(screen, /\n {2}-> run it again with --yes, or with --check to\r\n {5}see the plan\r\n/)
})

test('a defect exits with 70 and shows its stack', async t => {
  const script = `
    import { fail } from ${JSON.stringify(new URL('../../runner/cli/fail.js', import.meta.url).href)}
    process.exitCode = await fail(new TypeError('x is undefined'), [])`
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: folderOf(t) })
  const { code, stderr } = await t.throwsAsync<Error & { code: number; stderr: string }>(child)
  t.is(code, 70)
  t.regex(stderr, /a defect of ha-run: x is undefined\n[^]*TypeError: x is undefined\n[^]*please report it/)
})
