import { execFileSync } from 'node:child_process'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { undoScript } from '../../../../roles/network/armed-change.js'
import { netplan } from '../../../../roles/network/managers/netplan.js'
import { netplanIdOf } from '../../../../roles/network/managers/netplan-profile.js'
import { familyOf } from '../../../../runner/ip-address.js'
import { sent } from '../../../sent.js'
import { casesIn } from '../cases.js'

const netplanCase = z.strictObject({
  /** The definition's name. @default eth0 */
  id: z.string().default('eth0'),
  files: z.record(z.string(), z.string()),
  network: z.strictObject({
    address: z.string(),
    prefix: z.number(),
    gateway: z.string().optional(),
    dns: z.array(z.string()),
  }),
  preferred: z.array(z.string()).optional(),
  refused: z.string().optional(),
  path: z.string().optional(),
  read: z.record(z.string(), z.unknown()).optional(),
  written: z.string().optional(),
})

for (const [title, { id, files, network, preferred = [network.address], ...expected }] of casesIn(
  'netplan',
  netplanCase,
)) {
  test(title, t => {
    const manager = netplan('networkmanager', id, familyOf(network.address)!)
    const found = Object.entries(files).map(([path, text]) => ({ path, text }))
    t.is(manager.refusal?.(found, { iface: 'eth0', logical: 'eth0' }, network, preferred), expected.refused)
    if (expected.refused !== undefined) return
    const path = manager.path(id, found, undefined, preferred)
    t.is(path, expected.path ?? '')
    const read = manager.read(files[path], id, preferred)
    t.deepEqual(Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)), expected.read)
    const written = manager.write(files[path], id, network, preferred)
    t.is(written, expected.written ?? '')
    t.notThrows(() => load(written))
    t.is(manager.write(written, id, network, preferred), written)
    const now = manager.read(written, id, preferred)
    t.is(`${now.address}/${now.prefix}`, `${network.address}/${network.prefix}`)
  })
}

test('a profile that netplan has rendered names its definition', t => {
  const ids = {
    '/run/NetworkManager/system-connections/netplan-eth0.nmconnection': 'eth0',
    '/run/NetworkManager/system-connections/netplan-NM-6266.nmconnection': 'NM-6266',
    '/run/systemd/network/10-netplan-enp3s0.network': 'enp3s0',
    '/etc/NetworkManager/system-connections/netplan-eth0.nmconnection': undefined,
    '/run/NetworkManager/system-connections/Wired connection 1.nmconnection': undefined,
    '/etc/systemd/network/10-netplan-eth0.network': undefined,
  }
  for (const [profile, id] of Object.entries(ids)) t.is(netplanIdOf(profile), id, profile)
  t.is(netplanIdOf(undefined), undefined)
})

test('netplan renders the files before its renderer applies them, and the script that validates them is valid sh', async t => {
  const { activation, validation } = netplan('networkd', 'eth0', 4)
  t.deepEqual(activation('eth0', 'eth0', '/etc/netplan/50-cloud-init.yaml'), {
    before: [],
    rendering: ['netplan generate'],
    after: ['networkctl reload', 'networkctl reconfigure eth0'],
  })
  t.deepEqual(
    netplan('networkmanager', 'eth0', 4).activation('eth0', 'eth0', '/etc/netplan/50-cloud-init.yaml').after,
    ['nmcli connection reload', 'nmcli device reapply eth0'],
  )
  const { script } = await sent($ => $`${validation!('/etc/netplan/50 x.yaml')}`)
  t.regex(script, /^netplan generate --root-dir "\$root"$/m)
  t.regex(script, /^umask 077\n/, 'commands, not one quoted word')
  t.notThrows(() => execFileSync('sh', ['-n', '-c', script]))
})

test('the undo renders the restored file at boot too, when the network is not up yet', t => {
  const script = undoScript({
    iface: 'eth0',
    path: '/etc/netplan/50-cloud-init.yaml',
    attributes: { mode: '0600', owner: 'root:root' },
    activation: netplan('networkmanager', 'eth0', 4).activation('eth0', 'eth0', '/etc/netplan/50-cloud-init.yaml'),
    from: { address: '192.168.0.1', prefix: 24 },
    to: { address: '192.168.0.2', prefix: 24 },
    stopped: [],
  })
  t.regex(
    script,
    /\); restored=\$\?\nnetplan generate\n\[ ! -e \/run\/ha-run\.address \] \|\| \{\nnmcli connection reload\n/,
  )
})
