/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import apache from '../../../roles/apache/index.js'
import type { Difference } from '../../../runner/tasks/difference.js'
import type { NodeTask } from '../../../runner/tasks/task.js'
import { answering, clusterOf } from '../corosync/cluster.js'

const tasksOf = (more: object, at = 0) => {
  const cluster = clusterOf(more)
  return apache.tasks({ cluster, node: cluster.nodes[at]! })
}

test('every {node} in the page becomes the node’s name', async t => {
  const page = tasksOf({ page: '<b>{node}</b> {node} $& {other}' }, 1).find(({ name }) =>
    name.includes('index.html'),
  ) as NodeTask
  t.is(page.name, 'write /var/www/html/index.html')
  const [difference] = (await page.check(
    answering('node2', { 'state of files': undefined, 'text of files': undefined }),
  )) as Difference[]
  t.is(difference?.to, '<b>node2</b> node2 $& {other}')
})

test('a cluster without Apache has no tasks', t => {
  t.deepEqual(tasksOf({ resources: { WebSite: false } }), [])
})

test('mod_status is enabled if both of its files are there', async t => {
  const check = async (load: unknown, conf: unknown) => {
    const module = tasksOf({}).find(({ name }) => name === 'enable mod_status') as NodeTask
    const found = (await module.check(
      answering('node1', {
        'state of files /etc/apache2/mods-enabled/status.load': load,
        'state of files /etc/apache2/mods-enabled/status.conf': conf,
      }),
    )) as Difference[]
    return found.map(({ subject }) => subject.split('/').at(-1))
  }
  const link = { type: 'symbolic link' }
  t.deepEqual(await check(link, link), [])
  t.deepEqual(await check(link, undefined), ['status.conf'])
  t.deepEqual(await check(undefined, undefined), ['status.load', 'status.conf'])
})
