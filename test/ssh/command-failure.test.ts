import test from 'ava'
import { causeIn, remedyFor } from '../../runner/ssh/command-failure.js'
import { outcome } from '../../runner/ssh/outcome.js'

const apt = `Reading package lists...
Building dependency tree...
E: Unable to locate package corosync
`

const systemctl = `Job for corosync.service failed because the control process exited with error code.
See "systemctl status corosync.service" and "journalctl -xeu corosync.service" for details.
`

const cases: [about: string, stderr: string, stdout: string, cause: string | undefined][] = [
  ['the last of many lines', `${'reading\n'.repeat(39)}E: the cause\n`, '', 'E: the cause'],
  ['a line before advice', systemctl, '', systemctl.split('\n')[0]],
  ['stdout, if stderr is empty', ' \n', 'line 4: bad token\n', 'line 4: bad token'],
  ['the last line, if none names an error', 'one\ntwo\n\n', 'out', 'two'],
  ['nothing', '', '\n', undefined],
  ['a long line is cut', 'x'.repeat(1000), '', `${'x'.repeat(200)}…`],
]

for (const [about, stderr, stdout, cause] of cases)
  test(`the cause of a failed command: ${about}`, t => t.is(causeIn(stderr, stdout), cause))

test('the message begins with the cause, and the hint is what to do about it', t => {
  const failed = { exitCode: 100, stdout: '', stderr: apt, timedOut: false }
  const error = t.throws(() => outcome('one\ntwo\n', failed, 'node2', 60, false), { name: 'CommandError' })
  t.is(error.message, 'E: Unable to locate package corosync (exit code 100 on node2)')
  t.like(error, { hint: remedyFor(apt), command: 'one\ntwo\n', output: apt.trim() })
  t.regex(remedyFor(apt) ?? '', /sources/)
})

test('a full disk, a read-only file system, another apt: each has its remedy', t => {
  t.regex(remedyFor('sh: 3: cannot create /etc/x: No space left on device') ?? '', /df -h/)
  t.regex(remedyFor('sh: 3: cannot create /etc/x: Read-only file system') ?? '', /dmesg/)
  t.regex(remedyFor('E: Could not get lock /var/lib/dpkg/lock-frontend.') ?? '', /another apt/)
  t.is(remedyFor('something else'), undefined)
})
