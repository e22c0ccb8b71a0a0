import test from 'ava'
import fc from 'fast-check'
import {
  isAsDeclared,
  managerNames,
  type ManagerName,
  type Network,
} from '../../../../roles/network/managers/manager.js'
import { optionsNamed, stanzasOf, statementsOf } from '../../../../roles/network/managers/stanza.js'
import { managersOf } from '../../../../roles/network/managers/index.js'

/** Lines that may stand anywhere in a manager's file, in any order: what comes out is odd, and has to survive. */
const lines: Record<ManagerName, string[]> = {
  ifupdown: [
    'auto eth0',
    'allow-hotplug eth1',
    'source /etc/network/interfaces.d/*',
    'iface lo inet loopback',
    'iface eth0 inet dhcp',
    'iface eth0 inet static',
    'iface eth0 inet6 static',
    'iface eth1 inet static',
    'iface eth0 inet static',
    'iface eth0:1 inet static',
    'iface x inet static',
    'iface eth0 inet static inherits x',
    'iface eth0 inherits x',
    'auto',
    '  broadcast 192.168.0.255',
    '  network 10.0.0.0',
    '\taddress 192.168.0.9/24',
    '  address 10.0.0.1',
    '  netmask 255.255.0.0',
    '\tgateway 192.168.0.253',
    'mtu 1400',
    '\tdns-nameservers 9.9.9.9 2620:fe::fe 1.0.0.1',
    '  dns-nameserver 2620:fe::9',
    '  dns-search example.org',
    '  up ip route add \\',
    '# address 192.168.0.1/24 \\',
    '',
    '  address \\',
  ],
  dhcpcd: [
    'interface eth0',
    'interface eth1',
    'interface',
    ' interface eth0 # x',
    'profile home',
    'ssid office',
    'arping 10.0.0.1',
    'static ip_address=192.168.0.9/24',
    '\tstatic\tip_address=10.0.0.1/8 # old',
    'static ip_address=',
    'static routers=10.0.0.1 10.0.0.2',
    'static domain_name_servers=9.9.9.9 2620:fe::fe',
    'inform 192.168.0.9/24',
    'static ip_address=192.168.0.8/16',
    'static ip6_address=fd00::1/64',
    '#static ip_address=192.168.0.1/24',
    ';interface eth0',
    'denyinterfaces eth0',
    'nohook resolv.conf',
    'static',
    '',
    'persistent',
  ],
  networkmanager: [
    '[connection]',
    '[ipv4]',
    '[ipv6]',
    'id=eth0',
    'method=auto',
    'method=manual',
    'method = disabled',
    'address1=192.168.0.9/24,192.168.0.253',
    'address2=10.0.0.1/8,10.0.0.254',
    'address4=172.16.0.1/12',
    'address=192.168.0.7;24;192.168.0.252;',
    'address01=192.168.0.6/24',
    'interface-name=eth0',
    'autoconnect=false',
    'addresses=192.168.0.8/24',
    'address1=',
    'gateway=192.168.0.253',
    'dns=9.9.9.9;1.0.0.1;',
    'dns=',
    '# x=y',
    '',
    'may-fail=false',
    'route1=10.0.0.0/8,192.168.0.3',
  ],
  networkd: [
    '[Match]',
    'Name=eth0',
    '[Network]',
    '[Address]',
    '[Route]',
    'DHCP=yes',
    'DHCP=ipv6',
    'DHCP = ipv4',
    'Address=192.168.0.9/24',
    'Address=2001:db8::1/64',
    'Address=10.0.0.1',
    'Address=172.16.0.1/12',
    'Address=192.168.0.1/24',
    'Gateway=192.168.0.253',
    'Gateway=_dhcp4',
    'Destination=10.0.0.0/8',
    'DNS=9.9.9.9 2620:fe::fe 1.0.0.1',
    'DNS=',
    '; DNS=1.1.1.1',
    'Label=x',
    '',
    'Table=7',
  ],
}

const networks: Network[] = [
  { address: '192.168.0.1', prefix: 24, dns: [] },
  { address: '10.1.2.3', prefix: 8, gateway: '10.0.0.9', dns: [] },
  { address: '192.168.0.1', prefix: 24, gateway: '192.168.0.254', dns: ['1.1.1.1', '8.8.8.8'] },
  { address: '192.168.0.1', prefix: 16, dns: ['9.9.9.9'] },
]

/** What stands beside the lines above for the other family. */
const ipv6Lines: Record<ManagerName, string[]> = {
  ifupdown: [
    'iface eth0 inet6 auto',
    'iface eth0 inet6 static',
    'iface eth1 inet6 static',
    '  address 2001:db8::9/64',
    '  address FD00:1:0::1',
    '  netmask 64',
    '  gateway fe80::1',
  ],
  dhcpcd: [
    'interface eth0',
    'static ip6_address=2001:db8::9/64',
    '  static ip6_address=FD00:1:0::1/64 # own',
    'noipv6',
  ],
  networkmanager: [
    '[ipv6]',
    'method=auto',
    'method=disabled',
    'address1=2001:db8::9/64,2001:db8::fe',
    'addresses=FD00:1:0::1;64;fe80::1;',
    'gateway=2001:DB8:0::fe',
    'dns=2620:fe::fe;',
  ],
  networkd: ['Address=2001:db8::9/64', 'Address=FD00:1:0::1/64', 'Gateway=fe80::1', 'Destination=::/0'],
}

const ipv6Networks: Network[] = [
  { address: 'fd00:1::1', prefix: 64, dns: [] },
  { address: '2001:db8::7', prefix: 48, dns: ['2620:fe::9'] },
  { address: 'fd00:1::1', prefix: 64, gateway: 'fe80::1', dns: ['2620:fe::fe', '2620:fe::9'] },
]

for (const name of managerNames) {
  const { read, write, refusal } = managersOf(6)[name]
  const file = fc
    .tuple(fc.array(fc.constantFrom(...lines[name], ...ipv6Lines[name]), { maxLength: 25 }), fc.boolean())
    .map(([chosen, ends]) => chosen.join('\n') + (ends ? '\n' : ''))

  test(`${name}, IPv6: what is written is read, writing twice is writing once, and IPv4 stays as it was`, t => {
    fc.assert(
      fc.property(file, fc.constantFrom(...ipv6Networks), (text, network) => {
        const preferred = [network.address, '2001:db8::9']
        const up = { iface: 'eth0', logical: 'eth0' }
        const reason = refusal?.([{ path: '/file', text }], up, network, preferred)
        fc.pre(reason === undefined || (name === 'ifupdown' && reason.includes('not found')))
        const written = write(text, 'eth0', network, preferred)
        t.true(isAsDeclared(read(written, 'eth0', preferred), network), written)
        t.is(write(written, 'eth0', network, preferred), written)
        const [before, after] = [text, written].map(one => {
          const { address, prefix, gateway, dns = [] } = managersOf(4)[name].read(one, 'eth0', [])
          return { address, prefix, gateway, dns: [...new Set(dns)] }
        })
        t.deepEqual(after, before, written)
      }),
      { numRuns: 1000 },
    )
  })
}

/** ha-run is connected over another address than the declared one. */
const preferredOf = ({ address }: Network) => [address, '192.168.0.9']

for (const name of managerNames) {
  const { read, write, refusal, path } = managersOf(4)[name]
  /** What dhcpcd gives to all interfaces is refused, and what ifupdown shares or decides at run time. */
  const isRefused = (text: string, network: Network) => {
    const preferred = name === 'ifupdown' ? preferredOf(network) : []
    const file = { path: path('eth0', []), text }
    const reason = refusal?.([file], { iface: 'eth0', logical: 'eth0' }, network, preferred)
    // A file of ifupdown without the stanza is refused, but what is written must be right all the same.
    return name === 'dhcpcd'
      ? reason !== undefined
      : name === 'ifupdown' && !(reason ?? 'not found').includes('not found')
  }
  const file = fc
    .tuple(fc.array(fc.constantFrom(...lines[name]), { maxLength: 25 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([chosen, lineEnd, ends]) => chosen.join(lineEnd) + (ends ? lineEnd : ''))

  test(`${name}: what is written is read, and writing twice is writing once`, t => {
    fc.assert(
      fc.property(file, fc.constantFrom(...networks), (text, network) => {
        fc.pre(!isRefused(text, network))
        const written = write(text, 'eth0', network, preferredOf(network))
        t.true(isAsDeclared(read(written, 'eth0', preferredOf(network)), network), written)
        t.is(write(written, 'eth0', network, preferredOf(network)), written)
      }),
      { numRuns: 2000 },
    )
  })

  test(`${name}: lines that are none of ours come out in their order`, t => {
    fc.assert(
      fc.property(file, fc.constantFrom(...networks), (text, network) => {
        // An empty file gets a head of ours; a line joined to the one before it may be part of a value of ours.
        fc.pre(text !== '' && !text.includes('\\'))
        t.deepEqual(foreignLines(write(text, 'eth0', network, preferredOf(network))), foreignLines(text))
      }),
    )
  })
}

for (const name of managerNames) {
  const { write } = managersOf(4)[name]
  const settings = {
    networkmanager: ['[ipv4]', 'method=manual', 'dns='],
    networkd: ['[Network]', 'DNS='],
    dhcpcd: ['interface eth0', 'static domain_name_servers='],
    ifupdown: ['iface eth0 inet static', 'dns-nameservers '],
  }[name]

  test(`${name}: IPv6 servers stay in their order`, t => {
    const servers = ['9.9.9.9', '2620:fe::fe', '1.0.0.1', '2620:fe::9', 'fd51:42f8:caae:d92e::1']
    fc.assert(
      fc.property(fc.shuffledSubarray(servers, { minLength: 1 }), chosen => {
        const separator = name === 'networkmanager' ? ';' : ' '
        const text = `${settings.join('\n')}${chosen.join(separator)}\n`
        const written = write(text, 'eth0', { address: '192.168.0.1', prefix: 24, dns: ['1.1.1.1'] }, [])
        const found = (written.match(/[0-9a-f]+(?::+[0-9a-f]+)+/g) ?? []).join(' ')
        t.is(found, chosen.filter(server => server.includes(':')).join(' '), written)
      }),
    )
  })
}

for (const name of ['networkmanager', 'networkd'] as const) {
  const { read, write } = managersOf(4)[name]

  test(`${name}: of several addresses, only the interface's own one is replaced`, t => {
    const addresses = lines[name].filter(line => /^address\d*=\d|^Address=\d/.test(line))
    const head = name === 'networkd' ? ['[Network]'] : ['[ipv4]', 'method=manual']
    const file = fc.shuffledSubarray(addresses, { minLength: 2 }).map(chosen => [...head, ...chosen, ''].join('\n'))
    fc.assert(
      fc.property(file, fc.constantFrom(...networks), (text, network) => {
        const preferred = preferredOf(network)
        const { address: own } = read(text, 'eth0', preferred)
        const expected = addressesIn(text).map(address => (address === own ? network.address : address))
        t.deepEqual(addressesIn(write(text, 'eth0', network, preferred)), expected, text)
        const present = preferred.find(address => addressesIn(text).includes(address))
        if (present !== undefined) t.is(own, present, text)
      }),
    )
  })
}

/** The addresses of a file, in its order, without those that the manager ignores. */
function addressesIn(text: string): string[] {
  return [...text.matchAll(/^address(?:[1-9]\d*)?\s*=\s*([\d.]+)/gim)].map(([, address = '']) => address)
}

test('ifupdown: the addresses of all stanzas but one stay', t => {
  const text = fc
    .array(fc.constantFrom(...lines.ifupdown.filter(line => !line.endsWith('\\'))), { maxLength: 25 })
    .map(chosen => ['iface eth0 inet static', ...chosen, ''].join('\n'))
  fc.assert(
    fc.property(text, fc.constantFrom(...networks), (before, network) => {
      const { write, refusal } = managersOf(4).ifupdown
      const preferred = preferredOf(network)
      fc.pre(
        refusal?.([{ path: '/file', text: before }], { iface: 'eth0', logical: 'eth0' }, network, preferred) ===
          undefined,
      )
      const after = stanzaAddresses(write(before, 'eth0', network, preferred))
      const changed = stanzaAddresses(before).map((address, at) => (address === after[at] ? [] : [after[at]]))
      t.true(['', network.address].includes(changed.flat().join()), before)
      t.is(after.length, changed.length)
    }),
    { numRuns: 2000 },
  )
})

/** The first address of each stanza, as ifupdown uses it. */
function stanzaAddresses(text: string): (string | undefined)[] {
  return stanzasOf(statementsOf(text)).map(stanza => {
    const [option] = optionsNamed(stanza, 'address')
    return option?.words[1]?.replace(/\/.*/, '')
  })
}

/** The lines that no declared addressing has anything to do with, comments among them. */
function foreignLines(text: string): string[] {
  const ours =
    /address|netmask|gateway|dns|routers|domain_name_servers|method|DHCP|inform|^\[connection|interface-name|autoconnect|iface eth0|interface eth0|auto|\[(ipv4|Network)\]|^ +(broadcast|network)/i
  return text.split(/\r?\n/).filter(line => line !== '' && (!ours.test(line) || /^\s*[#;]/.test(line)))
}
