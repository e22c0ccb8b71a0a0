import test from 'ava'
import { splitWords } from '../../runner/inventory/shell-words.js'
import { usableSshArgs } from '../../runner/inventory/ssh-args.js'

const cases: [args: string, usable: string, ignored: string][] = [
  ['-o ProxyJump=admin@gate', '-o ProxyJump=admin@gate', ''],
  ['-J gate -p 2222 -C', '-o ProxyJump=gate -p 2222 -C', ''],
  ['-Jadmin@gate:22', '-o ProxyJump=admin@gate:22', ''],
  [`-o ProxyCommand='ssh -W %h:%p -q gate'`, `-o 'ProxyCommand=ssh -W %h:%p -q gate'`, ''],
  [`-oProxyCommand='nc %h %p' -o "User pi"`, `'-oProxyCommand=nc %h %p' -o 'User pi'`, ''],
  [
    '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
    '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
    '',
  ],
  ['-C -o ControlMaster=auto -o ControlPersist=60s', '-C', '-o ControlMaster=auto -o ControlPersist=60s'],
  ['-o "controlpath /tmp/%h" -4', '-4', `-o 'controlpath /tmp/%h'`],
  ['-oBatchMode=no', '', '-oBatchMode=no'],
  ['-o LogLevel=QUIET -o LocalForward="80 a:80" -6', '-6', `-o LogLevel=QUIET -o 'LocalForward=80 a:80'`],
  ['-E /tmp/log -L 80:a:80 -S none -4', '-4', '-E /tmp/log -L 80:a:80 -S none'],
  ['-N -f -tt -W host:22 -v', '', '-N -f -tt -W host:22 -v'],
  [`-o 'ProxyCommand=nc %h#1 %p' -i ~/a\\ b#c`, `-o 'ProxyCommand=nc %h#1 %p' -i '~/a b#c'`, ''],
  ['-o', '', '-o'],
  ['other-host reboot', '', 'other-host reboot'],
]

const split = (args: string) => splitWords(args, { comments: false }).map(({ text }) => text)

for (const [args, usable, ignored] of cases) {
  test(`ssh gets what concerns the way to a node: ${args}`, t => {
    const result = usableSshArgs(split(args))
    t.deepEqual([result.usable, result.ignored], [split(usable), split(ignored)])
  })
}
