import test from 'ava'
import { z } from 'zod'
import { familyOf } from '../../../../runner/ip-address.js'
import { ifupdown as ifupdownOf } from '../../../../roles/network/managers/ifupdown.js'
import { casesIn } from '../cases.js'

const ifupdown = ifupdownOf(4)

const filesCase = z.strictObject({
  /** The text of each file by its path, in the order in which ifupdown reads them. */
  files: z.record(z.string(), z.string()),
  /** The stanza that ifupdown has chosen for eth0. */
  logical: z.string().default('eth0'),
  network: z
    .strictObject({
      address: z.string(),
      prefix: z.number(),
      gateway: z.string().optional(),
      dns: z.array(z.string()),
    })
    .default({ address: '192.168.0.1', prefix: 24, dns: [] }),
  /** The address over which ha-run is connected. */
  connectedTo: z.string().default('192.168.0.9'),
  /** Either why nothing is edited, or … */
  refused: z.string().optional(),
  /** … the file that is edited, the name of the stanza, and the new text, if it changes. */
  path: z.string().optional(),
  name: z.string().default('eth0'),
  written: z.string().optional(),
})

for (const [title, data] of casesIn('ifupdown-files', filesCase)) {
  test(title, t => {
    const { network } = data
    const manager = ifupdownOf(familyOf(network.address)!)
    const files = Object.entries(data.files).map(([path, text]) => ({ path, text }))
    const preferred = [network.address, data.connectedTo]
    const up = { iface: 'eth0', logical: data.logical }
    t.is(manager.refusal?.(files, up, network, preferred), data.refused)
    if (data.refused !== undefined) return
    const name = manager.nameIn?.(files, up, preferred) ?? ''
    t.is(name, data.name)
    const path = manager.path(name, files, undefined, preferred)
    t.is(path, data.path ?? '')
    const text = data.files[path]
    const written = manager.write(text, name, network, preferred)
    t.is(written, data.written ?? text ?? '')
    // Once it is written, there is nothing to refuse or to change.
    const now = files.map(file => (file.path === path ? { path, text: written } : file))
    t.is(manager.refusal?.(now, up, network, preferred), undefined)
    t.is(manager.path(name, now, undefined, preferred), path)
    t.is(manager.write(written, name, network, preferred), written)
  })
}

test('commands that name the former address are found, and comments and other addresses are not', t => {
  const text = `iface eth0 inet static
  address 192.168.0.9/24
  gateway 192.168.0.9
  # up ip route add 10.1.0.0/16 src 192.168.0.9
  up ip route add 10.2.0.0/16 via 192.168.0.254 src 192.168.0.9
  post-up iptables -t nat -A POSTROUTING -j SNAT --to-source=192.168.0.9:1024-2000
  up ip route add 10.3.0.0/16 via 192.168.0.99
  down ip rule del \\
    from 192.168.0.9/32
iface eth1 inet static
  up ip rule add from 192.168.0.9
`
  t.deepEqual(ifupdown.linesNaming?.(text, 'eth0', ['192.168.0.9'], '192.168.0.9'), [
    'up ip route add 10.2.0.0/16 via 192.168.0.254 src 192.168.0.9',
    'post-up iptables -t nat -A POSTROUTING -j SNAT --to-source=192.168.0.9:1024-2000',
    'down ip rule del from 192.168.0.9/32',
  ])
  t.deepEqual(ifupdown.linesNaming?.(undefined, 'eth0', [], '192.168.0.9'), [])
})

test('commands that name a former IPv6 address are found, whatever its spelling', t => {
  const text = `iface eth0 inet6 static
  address fd00:1::9/64
  up ip -6 rule add from FD00:1:0::9/128
  post-up curl http://[fd00:1::9]:80/
  up ip -6 rule add from fd00:1::99
iface eth0 inet static
  up echo fd00:1::9
`
  t.deepEqual(ifupdownOf(6).linesNaming?.(text, 'eth0', ['fd00:1::9'], 'fd00:1::9'), [
    'up ip -6 rule add from FD00:1:0::9/128',
    'post-up curl http://[fd00:1::9]:80/',
  ])
})

test('for an IPv6 address, what a failed ifup has left of both families is removed', t => {
  t.deepEqual(ifupdownOf(6).activation('eth0', 'eth0', '/etc/network/interfaces').before, [
    'ifdown --force eth0',
    'ip -4 address flush dev eth0',
    'ip -6 address flush dev eth0 scope global',
  ])
})

test('an alias goes down and up alone; the interface comes up with its aliases', t => {
  t.deepEqual(ifupdown.activation('eth0', 'eth0:1', '/etc/network/interfaces'), {
    before: ['ifdown --force eth0:1', 'ip -4 address flush dev eth0 label eth0:1'],
    after: ['ifup --force eth0:1'],
  })
  t.is(ifupdown.reapplyCommand('eth0', 'eth0:1'), 'ifdown eth0:1; ifup eth0:1')
  t.is(ifupdown.reapplyCommand('eth0'), 'ifdown eth0; ifup eth0')
})
