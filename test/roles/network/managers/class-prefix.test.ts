import test from 'ava'
import { classPrefix } from '../../../../roles/network/managers/inet-stanza.js'

test('without a netmask, ifupdown takes the prefix of the address class', t => {
  t.deepEqual(['10.0.0.1', '172.16.0.1', '192.168.0.1'].map(classPrefix), [8, 16, 24])
})
