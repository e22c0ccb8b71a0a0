import test from 'ava'
import { hardwareAddresses } from '../../runner/facts/hardware-addresses.js'

test('by interface; one without an address is left out', t => {
  const stdout = '/sys/class/net/eth0/address 0e:f2:db:86:62:d2\n/sys/class/net/eth0.7/address 0e:f2:db:86:62:d2\n/sys/class/net/tun0/address \n'
  t.deepEqual(hardwareAddresses.family.parse({ stdout } as never, ['']), [new Map([['eth0', '0e:f2:db:86:62:d2'], ['eth0.7', '0e:f2:db:86:62:d2']])])
})
