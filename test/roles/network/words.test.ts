import test from 'ava'
import { globMatches } from '../../../roles/network/glob.js'
import { classPrefix, isIpv4, parseCidr, prefixOfNetmask } from '../../../roles/network/ipv4.js'

test('addresses and masks', (t) => {
  t.true(isIpv4('192.168.0.1'))
  for (const word of ['192.168.0.256', '192.168.0', '1.2.3.4.5', 'fd00::1', '1.2.3.4\r', '']) {
    t.false(isIpv4(word), word)
  }
  t.deepEqual(parseCidr('10.0.0.1/8'), { address: '10.0.0.1', prefix: 8 })
  t.deepEqual(parseCidr('10.0.0.1'), { address: '10.0.0.1' })
  for (const word of ['10.0.0.1/33', '10.0.0.1/', '10.0.0.1/8/8', '10.0.0.1/24\r', '"10.0.0.1/24"']) {
    t.is(parseCidr(word), undefined, word)
  }
  const masks = ['255.255.255.0', '255.255.254.0', '0.0.0.0', '255.255.255.255', '24', '33', '255.0.255.0', 'x']
  t.deepEqual(masks.map(prefixOfNetmask), [24, 23, 0, 32, 24, undefined, undefined, undefined])
  t.deepEqual(['10.0.0.1', '172.16.0.1', '192.168.0.1'].map(classPrefix), [8, 16, 24])
})

test('shell patterns', (t) => {
  t.true(globMatches('eth*', 'eth0'))
  t.true(globMatches('e?h[0-9]', 'eth0'))
  t.false(globMatches('eth[!0]', 'eth0'))
  t.false(globMatches('eth', 'eth0'))
  t.true(globMatches('/etc/network/interfaces.d/*.cfg', '/etc/network/interfaces.d/eth0.cfg'))
  t.false(globMatches('a.b', 'axb'))
})
