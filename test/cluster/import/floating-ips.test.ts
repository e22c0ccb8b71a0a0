import test from 'ava'
import { floatingIps, otherFloatingIps } from '../../../runner/cluster/import/floating-ips.js'
import { parseXml } from '../../../runner/cluster/pacemaker/xml.js'
import { stateOf } from '../../roles/verify/state.js'

const primitive = (id: string, address: string) =>
  `<primitive id="${id}" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="${id}-params"><nvpair id="${id}-ip" name="ip" value="${address}"/><nvpair id="${id}-mask" name="cidr_netmask" value="24"/></instance_attributes></primitive>`
const cib = parseXml(
  `<cib><configuration><resources>${primitive('First', '192.168.0.10')}${primitive('Second', '192.168.0.20')}</resources></configuration></cib>`,
)

test('a floating IP that is started comes before one that is still starting', t => {
  const state = stateOf({ resources: { First: ['node1'], Second: ['node1'] }, flags: { First: { role: 'Starting' } } })
  t.deepEqual(
    floatingIps(cib, [{ host: 'node1', cmap: new Map(), state, addresses: [] }]).map(({ id, started }) => [
      id,
      started,
    ]),
    [
      ['Second', true],
      ['First', false],
    ],
  )
})

test('without a started one, the order of the CIB is kept', t => {
  t.deepEqual(
    floatingIps(cib, [{ host: 'node1', cmap: new Map(), addresses: [] }]).map(({ id }) => id),
    ['First', 'Second'],
  )
})

test('an IPv6 address is one too, in the form in which the kernel prints it', t => {
  const both = parseXml(
    `<cib><configuration><resources>${primitive('Second', '192.168.0.20')}${primitive('Six', 'FD00:1::0010').replace('"24"', '"64"')}${primitive('Local', 'fe80::10')}</resources></configuration></cib>`,
  )
  t.deepEqual(
    floatingIps(both, []).map(({ id, address, prefix, family }) => [id, address, prefix, family]),
    [
      ['Second', '192.168.0.20', 24, 4],
      ['Six', 'fd00:1::10', 64, 6],
    ],
  )
  t.deepEqual(otherFloatingIps(both), ['Local (fe80::10)'])
})
