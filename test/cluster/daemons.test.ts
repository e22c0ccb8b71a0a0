import test from 'ava'
import {
  daemonFaults,
  daemonNames,
  faultText,
  processesIn,
  type DaemonProcess,
  type Service,
} from '../../runner/cluster/daemons.js'

const both: Service[] = ['corosync', 'pacemaker']

/** A node's processes: all answer, except those that are named with another state, or with none. */
function lines(others: Partial<Record<string, DaemonProcess['state'] | 'gone'>>, ageSeconds = 600): string {
  return daemonNames
    .filter(name => others[name] !== 'gone')
    .map((name, at) => `${name} ${100 + at} ${ageSeconds} ${others[name] ?? 'answers'}\n`)
    .join('')
}

const cases: [title: string, text: string, active: Service[], faults: string[]][] = [
  ['all answer', lines({}), both, []],
  [
    'a daemon is stopped',
    lines({ 'pacemaker-based': 'stopped' }),
    both,
    ['pacemaker-based (process 102) is stopped by a signal'],
  ],
  ['a daemon hangs', lines({ corosync: 'silent' }), both, ['corosync (process 100) hangs: no answer within 4 s']],
  [
    'daemons are missing',
    lines({ 'pacemaker-based': 'gone', 'pacemaker-controld': 'gone' }),
    both,
    [
      'pacemaker-based is missing although its unit is active',
      'pacemaker-controld is missing although its unit is active',
    ],
  ],
  ['a daemon that closes the connection does not hang', lines({ 'pacemaker-attrd': 'unknown' }), both, []],
  ['Pacemaker is still starting', lines({ 'pacemaker-controld': 'gone' }, 5), both, []],
  [
    'Pacemaker is still starting, and a daemon of it is stopped',
    lines({ 'pacemaker-based': 'stopped' }, 5),
    both,
    ['pacemaker-based (process 102) is stopped by a signal'],
  ],
  [
    'Pacemaker would still be starting if a signal had not stopped it',
    lines({ pacemakerd: 'stopped', 'pacemaker-attrd': 'gone' }, 5),
    both,
    ['pacemakerd (process 101) is stopped by a signal', 'pacemaker-attrd is missing although its unit is active'],
  ],
  ['nothing is expected of a unit that is not active', lines({ corosync: 'stopped' }), ['pacemaker'], []],
  ['nothing runs, nothing is active', '', [], []],
]

for (const [title, text, active, faults] of cases) {
  test(title, t => {
    t.deepEqual(daemonFaults(processesIn(text), active).map(faultText), faults)
  })
}

test('what is no line of the program is an error', t => {
  for (const text of ['sh: perl: not found\n', 'corosync 1 2 dead\n', 'apache2 1 2 answers\n'])
    t.throws(() => processesIn(text), { message: /the daemons cannot be asked/ })
})
