import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { dropInText, restartFinding } from '../../../roles/corosync/restart.js'
import { Warn } from '../../../runner/tasks/task.js'

const ours = '/etc/systemd/system/corosync.service.d/ha-run.conf'
const theirs = '/etc/systemd/system/corosync.service.d/override.conf'
const declared = 'on-failure after 1s, 5 times in 1min at most'

/** What systemd has loaded, and the finding. */
const states: [title: string, restart: string, dropIns: string[], outdated: boolean, expected: string][] = [
  ['as declared', declared, [ours], false, ''],
  ['as declared, beside a drop-in about something else', declared, [ours, theirs], false, ''],
  ['a first drop-in that systemd has not read', 'no', [], false, 'corosync.service as systemd has loaded it'],
  ['a drop-in that was edited since', declared, [ours], true, 'corosync.service as systemd has loaded it'],
  ["only somebody else's", declared, [theirs], false, 'corosync.service as systemd has loaded it'],
  [
    'another delay, with the time of the file as it was',
    'on-failure after 2s, 5 times in 1min at most',
    [ours],
    false,
    'restart of corosync.service',
  ],
  [
    "an admin's own setting",
    'no',
    [ours, theirs],
    false,
    `warning: ${theirs} overrides ha-run's drop-in for corosync.service: restart no`,
  ],
]

for (const [title, restart, dropIns, outdated, expected] of states) {
  test(`restart: ${title}`, t => {
    const finding = restartFinding({ restart, dropIns, outdated })
    t.is(
      finding instanceof Warn
        ? `warning: ${finding.reason}`
        : Array.isArray(finding)
          ? finding.map(({ subject }) => subject).join()
          : '',
      expected,
    )
  })
}

/** Runs one of the drop-in's commands as systemd would, with a systemctl that reports this state of Pacemaker. */
const command = test.macro(
  (
    t,
    key: string,
    { result = 'signal', pacemaker = 'active', noted = false },
    expected: { noted: boolean; started: boolean },
  ) => {
    const root = mkdtempSync(join(tmpdir(), 'ha-run-restart-'))
    t.teardown(() => rmSync(root, { recursive: true }))
    const [note, log] = [join(root, 'note'), join(root, 'log')]
    if (noted) writeFileSync(note, '')
    writeFileSync(
      join(root, 'systemctl'),
      `#!/bin/sh\ncase $1 in is-active) echo ${pacemaker}; [ ${pacemaker} = active ] ;; *) echo "$*" >>${log} ;; esac\n`,
      { mode: 0o755 },
    )
    const script = new RegExp(`^${key}=-/bin/sh -c '(.*)'$`, 'm')
      .exec(dropInText)![1]!
      .replaceAll('$$', '$')
      .replaceAll('/run/ha-run.pacemaker-ran', note)
    const { status, stderr } = spawnSync('/bin/sh', ['-c', script], {
      env: { PATH: `${root}:${process.env['PATH']}`, SERVICE_RESULT: result },
      encoding: 'utf8',
    })
    t.deepEqual([status, stderr], [0, ''])
    t.deepEqual(
      {
        noted: existsSync(note),
        started: existsSync(log) && readFileSync(log, 'utf8') === '--no-block start pacemaker.service\n',
      },
      expected,
    )
  },
)

test(
  'a corosync that fails leaves a record that pacemaker ran',
  command,
  'ExecStopPost',
  {},
  { noted: true, started: false },
)
test(
  'so does one that fails while pacemaker starts',
  command,
  'ExecStopPost',
  { pacemaker: 'activating' },
  { noted: true, started: false },
)
test(
  'no record if pacemaker was stopped',
  command,
  'ExecStopPost',
  { pacemaker: 'inactive' },
  { noted: false, started: false },
)
test(
  'no record if corosync was stopped on purpose',
  command,
  'ExecStopPost',
  { result: 'success' },
  { noted: false, started: false },
)
test(
  'a second failure keeps the record',
  command,
  'ExecStopPost',
  { pacemaker: 'inactive', noted: true, result: 'exit-code' },
  { noted: true, started: false },
)
test(
  'with a record, pacemaker starts after corosync, once',
  command,
  'ExecStartPost',
  { noted: true },
  { noted: false, started: true },
)
test('without a record it does not', command, 'ExecStartPost', {}, { noted: false, started: false })
