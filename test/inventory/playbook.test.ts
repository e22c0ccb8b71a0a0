import { join } from 'node:path'
import test from 'ava'
import { readPlaybook } from '../../runner/inventory/playbook.js'
import { findUserRoles } from '../../runner/user-roles/find.js'
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

testCases('playbook', folder =>
  readPlaybook(join(folder, 'playbook.yml'), { ours: roles, users: findUserRoles([folder]) }),
)

test('playbooks/site.yml has every role, in the order of the design', t => {
  const plays = readPlaybook('playbooks/site.yml', { ours: roles, users: new Map() })
  t.deepEqual(
    plays.flatMap(play => play.roles),
    roles,
  )
  t.true(plays.every(play => play.hosts === 'all'))
})

test('playbooks/verify.yml only asserts', t => {
  t.deepEqual(readPlaybook('playbooks/verify.yml', { ours: roles, users: new Map() }), [
    { name: 'Verify', hosts: 'all', roles: ['verify'] },
  ])
})
