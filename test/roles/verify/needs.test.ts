/* oxlint-disable typescript/unbound-method -- tasks and checks do not use `this` */
import test from 'ava'
import apache from '../../../roles/apache/index.js'
import authkey from '../../../roles/authkey/index.js'
import constraints from '../../../roles/constraints/index.js'
import corosync from '../../../roles/corosync/index.js'
import fencing from '../../../roles/fencing/index.js'
import network from '../../../roles/network/index.js'
import pacemaker from '../../../roles/pacemaker/index.js'
import quorumDevice from '../../../roles/quorum-device/index.js'
import verify from '../../../roles/verify/index.js'
import { readPlaybook } from '../../../runner/inventory/playbook.js'
import { clusterOf } from '../corosync/cluster.js'

const roles = [network, corosync, authkey, quorumDevice, pacemaker, fencing, apache, constraints, verify]
const plug = (node: string) => ({ agent: 'fence_plug', fences: node, params: { ip: '192.168.0.101', type: 'shelly2' } })
const clusters = {
  'without fencing': clusterOf(),
  'with fencing': clusterOf({ fencing: { devices: { plug1: plug('node1'), plug2: plug('node2') } } }),
}

test('the site runs these roles in this order', t => {
  const known = roles.map(({ name }) => name)
  t.deepEqual(
    readPlaybook('playbooks/site.yml', { ours: known, users: new Map() }).flatMap(play => play.roles),
    known,
  )
})

for (const [what, cluster] of Object.entries(clusters)) {
  const tasks = roles.flatMap(({ name, tasks: list }) =>
    list({ cluster, node: cluster.nodes[0]! }).map(task => ({ role: name, task })),
  )

  // If no task had the name, the need would count as in sync, and a plan could not report "unknown".
  test(`${what}: what a task needs is a task before it`, t => {
    for (const [at, { role, task }] of tasks.entries()) {
      for (const need of 'needs' in task ? (task.needs ?? []) : []) {
        const before = tasks.slice(0, at).some(one => one.role === (need.role ?? role) && one.task.name === need.name)
        t.true(before, `${role}: ${task.name} needs "${need.name}"`)
      }
    }
  })

  test(`${what}: no two tasks of a role have the same name`, t => {
    const names = tasks.map(({ role, task }) => `${role}: ${task.name}`)
    t.deepEqual(names, [...new Set(names)])
  })

  test(`${what}: every node has the same tasks`, t => {
    for (const { tasks: list } of roles) {
      const [one, other] = cluster.nodes.map(node =>
        list({ cluster, node }).map(({ name, scope }) => `${scope} ${name}`),
      )
      t.deepEqual(one, other)
    }
  })
}
