import test from 'ava'
import { isDeclarable } from '../../../runner/cluster/declaration/corosync-settings.js'

const cases: [setting: string, isOne: boolean][] = [
  ['totem.token', true],
  ['totem.transport', true],
  ['quorum.two_node', true],
  ['logging.debug', true],
  ['nodelist.nodeid.1.ring1_addr', true],
  ['totem.interface.0.mcastport', true],
  ['totem.interface.0.mcastaddr', false],
  ['quorum.device.model', false],
  ['logging.logger_subsys.QB.debug', false],
  ['system.sched_rr', false],
  ['nodelist.nodeid.2.quorum_votes', false],
  ['totem.constructor', false],
]

for (const [setting, isOne] of cases)
  test(`${setting} can${isOne ? '' : 'not'} be declared`, t => t.is(isDeclarable(setting), isOne))
