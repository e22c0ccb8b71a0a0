import { join } from 'node:path'
import test from 'ava'
import { readPlaybook } from '../../runner/inventory/playbook.js'
import { testCases } from './cases.js'

const roles = [
  'network',
  'corosync',
  'authkey',
  'quorum-device',
  'pacemaker',
  'fencing',
  'apache',
  'constraints',
  'verify',
]

testCases('playbook', folder => readPlaybook(join(folder, 'playbook.yml'), roles))

test('playbooks/site.yml has every role, in the order of the design', t => {
  const plays = readPlaybook('playbooks/site.yml', roles)
  t.deepEqual(
    plays.flatMap(play => play.roles),
    roles,
  )
  t.true(plays.every(play => play.hosts === 'all'))
})

test('playbooks/verify.yml only asserts', t => {
  t.deepEqual(readPlaybook('playbooks/verify.yml', roles), [{ name: 'Verify', hosts: 'all', roles: ['verify'] }])
})
