import test from 'ava'
import { UsageError } from '../../runner/errors.js'
import { dropIn, dropInDifferences } from '../../runner/tasks/drop-in.js'
import { timer, timerTexts } from '../../runner/tasks/timer.js'
import { said } from './scope.js'

const path = '/etc/systemd/system/x.service.d/ha-run.conf'

test('a drop-in counts once systemd has loaded it as it is', t => {
  t.deepEqual(dropInDifferences('x.service', path, { dropIns: [path], outdated: false }), [])
  const notLoaded = ['x.service as systemd has loaded it: before the last change of its files -> as in its files']
  t.deepEqual(said(dropInDifferences('x.service', path, { dropIns: [], outdated: false })), notLoaded)
  t.deepEqual(said(dropInDifferences('x.service', path, { dropIns: [path], outdated: true })), notLoaded)
})

test('a drop-in is for one unit, with its suffix', t => {
  for (const unit of ['nginx', 'foo@.service', '../x.service', 'a b.service'])
    t.throws(() => dropIn(unit, { content: '' }), { instanceOf: UsageError }, unit)
  t.is(dropIn('foo@1.service', { content: '' }).name, 'drop-in ha-run of foo@1.service')
})

test('the units of a timer', t => {
  const { service, timer: text } = timerTexts('backup', {
    command: ['/bin/sh', '-c', 'echo "$HOME" 100% \\ done'],
    schedule: ['daily', 'Mon *-*-* 03:00'],
    user: 'shop',
    randomDelaySeconds: 30,
    description: '50% of the shop',
  })
  t.is(
    service,
    `# Written by ha-run.
[Unit]
Description=50%% of the shop

[Service]
Type=oneshot
ExecStart="/bin/sh" "-c" "echo \\"$$HOME\\" 100%% \\\\ done"
User=shop
`,
  )
  t.is(
    text,
    `# Written by ha-run.
[Unit]
Description=50%% of the shop

[Timer]
OnCalendar=daily
OnCalendar=Mon *-*-* 03:00
Persistent=true
RandomizedDelaySec=30

[Install]
WantedBy=timers.target
`,
  )
  t.regex(timerTexts('x', { command: '/bin/true %n', schedule: 'daily' }).service, /^ExecStart=\/bin\/true %n$/m)
})

test('a setting of a timer cannot bring another one', t => {
  const schedule = 'daily'
  t.throws(() => timer('x', { command: '/bin/true\nUser=root', schedule }), { instanceOf: UsageError })
  t.throws(() => timer('x', { command: ['/bin/true'], schedule: 'daily\nPersistent=no' }), { instanceOf: UsageError })
  t.throws(() => timer('a/b', { command: ['/bin/true'], schedule }), { instanceOf: UsageError })
})
