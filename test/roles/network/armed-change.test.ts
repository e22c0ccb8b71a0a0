import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import {
  applyScript,
  armChange,
  confirmArmedChange,
  undoScript,
  unitText,
  type ArmedChange,
} from '../../../roles/network/armed-change.js'
import { sent } from '../../sent.js'
import { managerNames } from '../../../roles/network/managers/manager.js'
import { managersOf } from '../../../roles/network/managers/index.js'

const paths = {
  networkmanager: '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection',
  networkd: '/etc/systemd/network/10-eth0.network',
  dhcpcd: '/etc/dhcpcd.conf',
  ifupdown: '/etc/network/interfaces',
}

const change = (name: keyof typeof paths, more: Partial<ArmedChange> = {}): ArmedChange => ({
  iface: 'eth0',
  path: paths[name],
  attributes: { mode: '0644', owner: 'root:root' },
  activation: managersOf(4)[name].activation('eth0', 'eth0', paths[name]),
  from: { address: '192.168.0.1', prefix: 24 },
  to: { address: '192.168.0.21', prefix: 24 },
  stopped: [],
  ...more,
})

const armed = async (of: ArmedChange) => (await sent($ => armChange($, of, 'content'))).script
const confirmed = async (of: ArmedChange) => (await sent($ => confirmArmedChange($, of))).script

/** The expected scripts, one file each. */
const expected = (name: string) => readFileSync(join('test', 'cases', 'network', 'armed', name), 'utf8')

for (const name of managerNames) {
  test(`${name}: the scripts of the change and of the undo`, t => {
    t.is(applyScript(change(name)), expected(`${name}-apply.sh`))
    t.is(undoScript(change(name)), expected(`${name}-undo.sh`))
  })

  test(`${name}: every script is valid POSIX sh, whatever the interface is called`, async t => {
    const odd = change(name, {
      iface: `it's $(x) "0`,
      activation: managersOf(4)[name].activation(`it's $(x) "0`, `it's $(x) "0`, `/etc/it's $(x)`),
      stopped: ['corosync.service', 'pacemaker.service'],
    })
    for (const script of [await armed(odd), applyScript(odd), undoScript(odd), await confirmed(odd)]) {
      t.is(spawnSync('sh', ['-n'], { input: script }).stderr.toString(), '')
    }
  })
}

test('the undo starts the stopped units once the former address is back', t => {
  const script = undoScript(change('ifupdown', { stopped: ['corosync.service', 'pacemaker.service'] }))
  t.regex(
    script,
    /until ip [^\n]* to 192\.168\.0\.1\/32[^]*\nsystemctl start --no-block corosync\.service pacemaker\.service\n/,
  )
})

test('everything is prepared and the undo is armed before the change begins', async t => {
  const script = await armed(change('ifupdown'))
  const order = [
    'cat >"$candidate"',
    '/var/lib/ha-run/address/former',
    '>/var/lib/ha-run/address/apply',
    '>/var/lib/ha-run/address/undo',
    'sync -f /var/lib',
    '>/etc/systemd/system/ha-run-address-undo.service',
    'ln -sf',
    'sync -f /etc',
    '--on-active=90 --timer-property=AccuracySec=100ms',
    '--unit=ha-run-address-change',
  ]
  const at = order.map(text => script.indexOf(text))
  t.deepEqual(
    at,
    at.toSorted((one, other) => one - other),
  )
  t.false(at.includes(-1))
})

test('a confirmation fails if it is too late, or on another machine', async t => {
  const script = await confirmed(change('ifupdown'))
  t.regex(script, /systemctl stop ha-run-address-undo\.timer \|\| fail[^]*inactive\|failed[^]*rm -f -- \/etc\/systemd/)
  const elsewhere = spawnSync('sh', ['-c', script.replaceAll('/var/lib/ha-run', '/nonexistent')])
  t.is(elsewhere.status, 1)
  t.regex(elsewhere.stderr.toString(), /no change of address is armed here/)
})

test('the former file is restored before any manager brings the network up', t => {
  const unit = unitText('eth0')
  t.regex(
    unit,
    /^Before=.* network-pre\.target networking\.service ifup@eth0\.service dhcpcd\.service NetworkManager\.service systemd-networkd\.service$/m,
  )
  t.regex(unit, /^After=local-fs\.target$/m)
})

test('IPv6: the address is asked for and removed by its own family; one that stays is not waited for', async t => {
  const of = change('ifupdown', {
    from: { address: 'fd00:1::1', prefix: 64 },
    to: { address: 'fd00:1::5', prefix: 64 },
  })
  t.regex(
    undoScript(of),
    /ip -6 -o address show dev eth0 to fd00:1::1\/128[^]*ip -6 address del fd00:1::5\/64 dev eth0/,
  )
  t.regex(await confirmed(of), /to fd00:1::5\/128[^]*! ip -6 -o [^]*ip -6 address del fd00:1::1\/64 dev eth0/)
  const beside = change('ifupdown', {
    from: { address: '192.168.0.1', prefix: 24 },
    stays: true,
    to: { address: 'fd00:1::5', prefix: 64 },
  })
  t.regex(undoScript(beside), /ip -4 -o address show dev eth0 to 192\.168\.0\.1\/32/)
  t.notRegex(await confirmed(beside), /address del|192\.168/)
  t.is(spawnSync('sh', ['-n'], { input: await confirmed(beside) }).stderr.toString(), '')
})
