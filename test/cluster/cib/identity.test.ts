import test from 'ava'
import { findIn, identitiesOf } from '../../../runner/cluster/cib/identity.js'
import { parseXml } from '../../../runner/cluster/pacemaker/xml.js'

const of = (attributes: string, params: Record<string, string> = {}) => {
  const element = parseXml(
    `<primitive id="x" ${attributes}><instance_attributes id="a">${Object.entries(params)
      .map(([name, value]) => `<nvpair id="${name}" value="${value}" name="${name}"/>`)
      .join('')}</instance_attributes></primitive>`,
  )
  return identitiesOf(findIn(element), element)
}

const ocf = (type: string) => `class="ocf" provider="heartbeat" type="${type}"`

const cases: [title: string, identities: string[], expected: string[]][] = [
  [
    'an IPaddr2 manages its address',
    of(ocf('IPaddr2'), { cidr_netmask: '24', ip: '10.0.0.9' }),
    ['the address 10.0.0.9'],
  ],
  [
    'an IPv6 address is the same however it is written',
    of(ocf('IPaddr2'), { ip: 'FD00:0::0010' }),
    ['the address fd00::10'],
  ],
  ['so does an IPaddr', of(ocf('IPaddr'), { ip: '10.0.0.9' }), ['the address 10.0.0.9']],
  ['the parameter ip of another agent does not count', of(ocf('IPsrcaddr'), { ip: '10.0.0.9' }), []],
  ['a unit of systemd', of('class="systemd" type="nginx"'), ['the service nginx']],
  ['a unit of systemd with its suffix', of('class="systemd" type="nginx.service"'), ['the service nginx']],
  ['an init script', of('class="lsb" type="apache2"'), ['the service apache2']],
  [
    'Apache with Debian’s configuration file is the service apache2',
    of(ocf('apache')),
    ['Apache with /etc/apache2/apache2.conf', 'the service apache2'],
  ],
  [
    'Apache with another configuration file is not',
    of(ocf('apache'), { configfile: '/etc/own.conf' }),
    ['Apache with /etc/own.conf'],
  ],
  ['a Dummy manages nothing', of('class="ocf" provider="pacemaker" type="Dummy"'), []],
]

for (const [title, identities, expected] of cases) test(title, t => t.deepEqual(identities, expected))
