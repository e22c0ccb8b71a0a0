import { execFileSync } from 'node:child_process'
import test from 'ava'
import { z } from 'zod'
import { detectScript, logicalNameOf, managerOf, probesOf } from '../../../roles/network/detect.js'
import { managerNames } from '../../../roles/network/managers/manager.js'
import { casesIn } from './cases.js'

const detectCase = z.strictObject({
  nmcli: z.string(),
  networkctl: z.string(),
  dhcpcd: z.string(),
  ifquery: z.string(),
  /** Null: none of the four. */
  manager: z.enum(managerNames).nullable(),
})

for (const [name, { manager, ...probes }] of casesIn('detect', detectCase)) {
  test(name, t => {
    t.is(managerOf(probes, 'eth0'), manager ?? undefined)
  })
}

test('ifupdown names the stanza with which it has an interface up', t => {
  const logical = (ifquery: string) => logicalNameOf({ nmcli: '', networkctl: '', dhcpcd: '', ifquery }, 'eth0')
  t.is(logical('eth0=eth0\n'), 'eth0')
  t.is(logical('eth0=home\n'), 'home')
  t.is(logical(''), 'eth0')
})

test('the output is split at the markers', t => {
  const script = detectScript('eth0')
  const marker = /echo (\S+)\n/.exec(script)![1]
  const output = ['100 (connected)\nx\n', '', '/run/dhcpcd/sock\n', 'eth0=eth0\n'].join(`${marker}\n`)
  t.deepEqual(probesOf(output), {
    nmcli: '100 (connected)\nx\n',
    networkctl: '',
    dhcpcd: '/run/dhcpcd/sock\n',
    ifquery: 'eth0=eth0\n',
  })
})

test('the script is valid POSIX sh, whatever the interface is called', t => {
  for (const iface of ['eth0', "e'th 0; exit 1"]) {
    const output = execFileSync('sh', { input: detectScript(iface), encoding: 'utf8' })
    t.is(output.match(/--ha-run-next-probe--/g)?.length, 3)
  }
})

test("the script starts no daemon and does not read the session's stdin", t => {
  const script = detectScript('eth0')
  t.notRegex(script, /dhcpcd -[^U]/)
  t.true(script.includes('</dev/null'))
})
