import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import {
  makeControlDirectory,
  ownerOf,
  removeControlDirectory,
  sweepControlDirectories,
  type Owner,
} from '../../runner/ssh/control-directory.js'

test('the control directory is private, short enough for a socket, and is removed', t => {
  const directory = makeControlDirectory()
  t.teardown(() => removeControlDirectory(directory))
  t.is(statSync(directory).mode & 0o777, 0o700)
  // ssh binds `<path>.<16 random characters>` first, and a socket's path has 104 bytes on the shortest system.
  t.true(`${directory}/${'x'.repeat(40)}.${'r'.repeat(16)}`.length < 104)
  t.deepEqual(JSON.parse(readFileSync(join(directory, 'owner'), 'utf8')), ownerOf(process.pid))
  removeControlDirectory(directory)
  t.throws(() => statSync(directory), { code: 'ENOENT' })
})

/** A folder like /tmp. */
function sticky(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-sweep-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o1777)
  return folder
}

/** A directory as a run makes it, with a control socket. */
function left(folder: string, name: string, owner: Partial<Owner> | string | undefined): string {
  const directory = join(folder, name)
  mkdirSync(directory, { mode: 0o700 })
  writeFileSync(join(directory, 'socket'), '')
  if (owner !== undefined)
    writeFileSync(join(directory, 'owner'), typeof owner === 'string' ? owner : JSON.stringify(owner))
  return directory
}

const us = ownerOf(process.pid)
/** A process that has ended. */
const dead = { ...us, pid: spawnSync('true').pid, startTime: '1' }

const cases: [about: string, owner: Partial<Owner> | string | undefined, isSwept: boolean][] = [
  ['whose process has ended', dead, true],
  ['whose number another process has now', { ...us, startTime: '1' }, true],
  ['of a former boot', { ...us, bootId: 'b' }, true],
  ['of a run that is going on', us, false],
  ['of another PID namespace', { ...dead, pidNamespace: 'pid:[1]' }, false],
  ['of another machine', { ...dead, host: 'other', bootId: 'b' }, false],
  ['without a start time', { ...dead, startTime: undefined }, false],
  ['without an owner', undefined, false],
  ['whose owner is no JSON', '{', false],
  ['whose owner is no object', 'null', false],
  ['whose owner is process 1', { ...dead, pid: 1 }, false],
]

for (const [about, owner, isSwept] of cases) {
  test(`a directory ${about} ${isSwept ? 'is swept' : 'stays'}`, t => {
    const folder = sticky(t)
    const directory = left(folder, 'ha-run-abcDEF', owner)
    sweepControlDirectories(folder)
    t.is(existsSync(directory), !isSwept)
  })
}

test('what only looks like such a directory stays', t => {
  const folder = sticky(t)
  const other = left(folder, 'else', dead)
  symlinkSync(other, join(folder, 'ha-run-symlnk'))
  left(folder, 'ha-run-sshd-abcDEF', dead)
  chmodSync(left(folder, 'ha-run-public', dead), 0o755)
  const linked = left(folder, 'ha-run-linked', undefined)
  symlinkSync(join(other, 'owner'), join(linked, 'owner'))
  if (process.getuid?.() === 0) spawnSync('chown', ['1', left(folder, 'ha-run-others', dead)])
  sweepControlDirectories(folder)
  for (const name of ['else', 'ha-run-symlnk', 'ha-run-sshd-abcDEF', 'ha-run-public', 'ha-run-linked'])
    t.true(existsSync(join(folder, name)), name)
  if (process.getuid?.() === 0) t.true(existsSync(join(folder, 'ha-run-others')))
  t.true(existsSync(join(other, 'socket')))
})

test('a link inside is removed, and not what it leads to', t => {
  const folder = sticky(t)
  const other = left(folder, 'else', dead)
  symlinkSync(other, join(left(folder, 'ha-run-abcDEF', dead), 'again-x'))
  sweepControlDirectories(folder)
  t.false(existsSync(join(folder, 'ha-run-abcDEF')))
  t.true(existsSync(join(other, 'socket')))
})

test('a folder in which others may exchange directories is left alone', t => {
  const folder = sticky(t)
  chmodSync(folder, 0o777)
  const directory = left(folder, 'ha-run-abcDEF', dead)
  sweepControlDirectories(folder)
  t.true(existsSync(directory))
})

test('the owner of a killed process is known to have ended', t => {
  const folder = sticky(t)
  const module = new URL('../../runner/ssh/control-directory.js', import.meta.url).href
  const script = `import { ownerOf } from ${JSON.stringify(module)}
    console.log(JSON.stringify(ownerOf(process.pid))); process.kill(process.pid, 'SIGKILL')`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  const directory = left(folder, 'ha-run-abcDEF', stdout)
  sweepControlDirectories(folder)
  t.false(existsSync(directory))
})
