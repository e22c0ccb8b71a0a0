import test from 'ava'
import { agentHint, agentPackages } from '../../../runner/cluster/fencing/agent-packages.js'

const isIn = test.macro({
  exec(t, agent: string, debian: number | undefined, expected: string[] | undefined) {
    t.deepEqual(agentPackages(agent, debian), expected)
  },
  title: (_, agent: string, debian: number | undefined) => `the packages of ${agent} in Debian ${debian ?? 'testing'}`,
})

test(isIn, 'fence_ipmilan', 11, ['fence-agents', 'ipmitool'])
test(isIn, 'fence_ipmilan', 12, ['fence-agents', 'ipmitool'])
test(isIn, 'fence_ipmilan', 13, ['fence-agents-ipmilan'])
test(isIn, 'fence_idrac', 13, ['fence-agents-ipmilan'])
test(isIn, 'fence_netio', 12, ['fence-agents', 'openssh-client', 'telnet'])
test(isIn, 'fence_netio', 13, ['fence-agents-netio'])
test(isIn, 'fence_cisco_mds', undefined, ['fence-agents-cisco-mds'])
test(isIn, 'fence_tripplite_snmp', 13, ['fence-agents-apc-snmp'])
test(isIn, 'fence_dummy', 12, ['fence-agents'])
test(isIn, 'fence_xvm', 12, ['fence-virt'])
test(isIn, 'fence_virt', 13, ['fence-virt'])
test(isIn, 'fence_plug', 13, ['curl'])
test(isIn, 'fence_cdu', 11, undefined)
test(isIn, 'fence_cdu', 12, ['fence-agents'])
test(isIn, 'fence_ovm', 12, undefined)
test(isIn, 'fence_ipmi', 12, undefined)
test(isIn, 'constructor', 12, undefined)

test('an agent that Debian has later', t => {
  t.is(
    agentHint('fence_ovm', 12),
    'Debian has it since 13. An agent from elsewhere works if its file is in /usr/sbin on every node.',
  )
})

test('an agent that is almost another', t => {
  t.is(agentHint('fence_ipmlian', 12), 'Did you mean "fence_ipmilan"?')
  t.is(agentHint('fence_plugs', 12), 'Did you mean "fence_plug"?')
})

test('an agent that nobody knows', t => {
  t.is(
    agentHint('fence_of_the_neighbours', 13),
    '`apt-cache search fence-agents` lists what Debian has. An agent from elsewhere works if its file is in /usr/sbin on every node.',
  )
})
