import test from 'ava'
import { ipv6Addresses, noDuplicateAddresses } from '../../../roles/verify/duplicate-addresses.js'
import { interfaceAddressesIn } from '../../../runner/facts/interface-addresses.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

const cluster = clusterOf({
  floating_ips: { FloatIP: '192.168.0.10/24', FloatIP6: 'fd00:1:0::10/64' },
  corosync: { links: [{ node1: 'fd00:2::1', node2: 'fd00:2:0::2' }] },
})

const line = (address: string, flags = '') =>
  `2: eth0    inet6 ${address}/64 scope global ${flags}\\       valid_lft forever preferred_lft forever\n`
const node = (...lines: string[]) => ({ 'ip -o addr show': interfaceAddressesIn(lines.join('')) })

test('the addresses of links and the floating ones are checked, those of IPv4 are not', t => {
  t.deepEqual(ipv6Addresses(cluster), ['fd00:2::1', 'fd00:2::2', 'fd00:1::10'])
  t.deepEqual(ipv6Addresses(clusterOf()), [])
})

test('an address that failed its check, one that waits for it, and one of nobody', async t => {
  const judge = noDuplicateAddresses(cluster)
  const fine = node(line('fd00:2::2'), line('fd00:9::9', 'dadfailed tentative '))
  t.like(await judge(scopeOf({ node1: node(line('fd00:2::1'), line('fd00:1::10')), node2: fine })), {
    status: 'ok',
    evidence: '3 IPv6 addresses on 2 nodes',
  })
  t.like(
    await judge(
      scopeOf({
        node1: node(line('fd00:2::1', 'tentative '), line('fd00:1::10', 'dadfailed tentative ')),
        node2: fine,
      }),
    ),
    {
      status: 'failed',
      evidence:
        'node1 does not use fd00:2::1 on eth0 yet: it is still checked for duplicates (tentative); ' +
        'node1 does not use fd00:1::10 on eth0: another machine had it already (dadfailed)',
    },
  )
})
