import test from 'ava'
import { dhcpcd as dhcpcdOf } from '../../../../roles/network/managers/dhcpcd.js'
import { ifupdown as ifupdownOf } from '../../../../roles/network/managers/ifupdown.js'
import { networkd as networkdOf, networkFileOf } from '../../../../roles/network/managers/networkd.js'
import { networkmanager as networkmanagerOf, profileOf } from '../../../../roles/network/managers/networkmanager.js'

const [dhcpcd, ifupdown, networkd, networkmanager] = [dhcpcdOf(4), ifupdownOf(4), networkdOf(4), networkmanagerOf(4)]
const stanza = 'auto eth0\niface eth0 inet dhcp\n'
const at = (path: string, text: string) => ({ path, text })

test('ifupdown: the file with the stanza that has the address, or else with any stanza of the interface', t => {
  const main = '/etc/network/interfaces'
  const included = at('/srv/network/eth0.conf', stanza)
  t.is(ifupdown.path('eth0', []), main)
  t.is(ifupdown.path('eth0', [at(main, stanza)]), main)
  t.is(ifupdown.path('eth0', [at(main, 'auto eth0\n'), included]), included.path)
  t.is(ifupdown.path('eth0', [at(main, 'auto eth0\n'), at('/srv/x', 'iface eth0 inet6 auto\n')]), '/srv/x')
  const second = at(`${main}.d/second`, 'iface eth0 inet static\n  address 192.168.0.9/24\n')
  t.is(ifupdown.path('eth0', [at(main, stanza), second], undefined, ['192.168.0.1']), main)
  t.is(ifupdown.path('eth0', [at(main, stanza), second], undefined, ['192.168.0.1', '192.168.0.9']), second.path)
})

test('dhcpcd has one file', t => {
  t.is(dhcpcd.path('eth0', []), '/etc/dhcpcd.conf')
})

test('NetworkManager: the active profile, always under /etc', t => {
  const folder = '/etc/NetworkManager/system-connections'
  const shown =
    'lo:/run/NetworkManager/system-connections/lo.nmconnection\n' +
    'eth0:/run/NetworkManager/system-connections/Wired connection 1\\: cable.nmconnection\n'
  t.is(profileOf(shown, 'eth0'), '/run/NetworkManager/system-connections/Wired connection 1: cable.nmconnection')
  t.is(profileOf(shown, 'eth1'), undefined)
  t.is(networkmanager.path('eth0', [], profileOf(shown, 'eth0')), `${folder}/Wired connection 1: cable.nmconnection`)
  const cable = at(`${folder}/cable.nmconnection`, '[connection]\nid=cable\ninterface-name=eth0\n')
  const wifi = at(`${folder}/wifi.nmconnection`, '[connection]\ninterface-name=wlan0\n')
  t.is(networkmanager.path('eth0', [wifi, cable]), cable.path)
  t.is(networkmanager.path('eth1', [cable]), `${folder}/eth1.nmconnection`)
})

test('networkd: the file in use, or an own file if that one also matches other interfaces', t => {
  const folder = '/etc/systemd/network'
  const status =
    '● 2: eth0\n                     Link File: /usr/lib/systemd/network/99-default.link\n' +
    '                  Network File: /run/systemd/network/20-wired.network\n                         State: routable\n'
  t.is(networkFileOf(status), '/run/systemd/network/20-wired.network')
  t.is(networkFileOf('  Network File: n/a\n'), undefined)
  t.is(networkd.path('eth0', []), `${folder}/10-eth0.network`)
  t.is(networkd.path('eth0', [], networkFileOf(status)), `${folder}/20-wired.network`)
  const own = at(`${folder}/20-wired.network`, '[Match]\nName=eth0\n')
  const all = at(`${folder}/05-all.network`, '[Match]\nName=en* eth*\n')
  t.is(networkd.path('eth0', [own, at(`${folder}/10-x.network`, '[Match]\nName=eth1\n')]), own.path)
  t.is(networkd.path('eth0', [own, all]), `${folder}/00-eth0.network`)
  t.is(networkd.path('eth0', [own, all], own.path), own.path)
})

test('dhcpcd: what all interfaces share and a block cannot override is refused', t => {
  const up = { iface: 'eth0', logical: 'eth0' }
  const refusalOf = (text: string, gateway: string | undefined) =>
    dhcpcd.refusal?.(
      [at('/etc/dhcpcd.conf', text)],
      up,
      { address: '192.168.0.1', prefix: 24, dns: [], ...(gateway !== undefined && { gateway }) },
      [],
    )
  const routers = 'static routers=192.168.0.253\ninterface eth0\nstatic ip_address=192.168.0.9/24\n'
  t.is(
    refusalOf(routers, '192.168.0.254'),
    '/etc/dhcpcd.conf has addressing for all interfaces, before its first `interface` line: `static routers=192.168.0.253`',
  )
  t.is(refusalOf(routers, undefined), undefined)
  t.is(refusalOf(routers, '192.168.0.253'), undefined)
  t.regex(refusalOf('static ip_address=10.0.0.1/8\n', undefined) ?? '', /`static ip_address=10\.0\.0\.1\/8`/)
})

test('dhcpcd: an IPv6 gateway is refused, since only routers set it', t => {
  const { refusal, remedy } = dhcpcdOf(6)
  const files = [at('/etc/dhcpcd.conf', 'interface eth0\n')]
  const up = { iface: 'eth0', logical: 'eth0' }
  const network = { address: 'fd00:1::1', prefix: 64, dns: [] }
  t.is(refusal?.(files, up, network, []), undefined)
  t.regex(
    refusal?.(files, up, { ...network, gateway: 'fe80::1' }, []) ?? '',
    /^dhcpcd has no setting for an IPv6 gateway/,
  )
  t.regex(remedy?.('eth0') ?? '', /`gateway`, for the node of eth0$/)
})
