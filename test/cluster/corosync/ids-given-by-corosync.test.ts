import test from 'ava'
import { parseCorosyncConf } from '../../../runner/cluster/corosync/conf.js'
import { flatten } from '../../../runner/cluster/corosync/settings.js'
import {
  settingDifferences,
  inForceValue,
  timersNotInForce,
} from '../../../runner/cluster/corosync/setting-differences.js'

/** As Corosync 3.1.7 runs it on the lab: udpu, no ids in the file, and a port in its own section. */
const file = flatten(
  parseCorosyncConf(`totem {
  version: 2
  transport: udpu
  token: 3000
  interface {
    linknumber: 0
    bindnetaddr: 192.168.0.0
    mcastport: 5415
  }
}
uidgid {
  uid: monitor
}
nodelist {
  node {
    ring0_addr: 192.168.0.1
  }
  node {
    ring0_addr: 192.168.0.2
  }
}
`),
)
const cmap = {
  'totem.version': '2',
  'totem.transport': 'udpu',
  'totem.token': '3000',
  'totem.interface.0.bindnetaddr': '192.168.0.1',
  'totem.interface.0.mcastport': '5415',
  'uidgid.config.uid.0': '1',
  'nodelist.node.0.ring0_addr': '192.168.0.1',
  'nodelist.node.0.nodeid': '3232235521',
  'nodelist.node.1.ring0_addr': '192.168.0.2',
  'nodelist.node.1.nodeid': '3232235522',
  'nodelist.local_node_pos': '0',
  'runtime.config.totem.token': '4300',
  'runtime.config.totem.token_retransmits_before_loss_const': '4',
}
const running = (change: Record<string, string> = {}) =>
  new Map(Object.entries({ ...cmap, ...change }).map(([key, value]) => [key, { type: 'str', value }]))

test('ids that Corosync derived are not a difference, nor is the address that it found in a network', t => {
  t.deepEqual(settingDifferences(file, running()), [])
})

test('the port in force is compared with the port in the file', t => {
  t.deepEqual(settingDifferences(file, running({ 'totem.interface.0.mcastport': '5405' })), [
    { subject: 'totem.interface.0.mcastport', from: '5405', to: '5415' },
  ])
})

test('a node without an id counts twice in the token', t => {
  t.deepEqual(timersNotInForce(file, running()), [])
  t.deepEqual(
    timersNotInForce(file, running({ 'runtime.config.totem.token': '3000' })).map(({ to }) => to),
    ['4300'],
  )
})

const values: [setting: string, value: string | undefined][] = [
  ['totem.token', '3000'],
  ['totem.token_retransmits_before_loss_const', '4'],
  ['totem.transport', 'udpu'],
  ['totem.crypto_cipher', 'none'],
  ['totem.link_mode', 'passive'],
  ['quorum.two_node', undefined],
]
for (const [setting, value] of values)
  test(`${setting} is in force as ${value}`, t => t.is(inForceValue(setting, running()), value))
