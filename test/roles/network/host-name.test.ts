/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { checkHostName } from '../../../roles/network/host-name.js'
import { parseCmap } from '../../../runner/cluster/corosync/cmap.js'
import { Skip, Warn } from '../../../runner/tasks/task.js'
import { answering } from '../corosync/cluster.js'

const nodelist = (name: string | undefined) => `nodelist.local_node_pos (u32) = 0
${name === undefined ? '' : `nodelist.node.0.name (str) = ${name}\n`}nodelist.node.0.nodeid (u32) = 1
nodelist.node.0.ring0_addr (str) = 192.168.0.1
totem.cluster_name (str) = pacemaker1
`
const debian = 'totem.cluster_name (str) = debian\nnodelist.node.0.ring0_addr (str) = 127.0.0.1\n'
const conf =
  'totem {\nversion: 2\ncluster_name: pacemaker1\n}\nnodelist {\nnode {\nname: node1\nnodeid: 1\nring0_addr: 192.168.0.1\n}\n}\n'

/** The check of node1, whose host name is `now` and will be `boot` after a boot. */
async function outcome(
  now: string,
  boot: string,
  { cmap, file }: { cmap?: string; file?: string } = {},
): Promise<string> {
  const finding = await checkHostName(
    'node1',
    answering('node1', {
      'text of files /etc/hostname': `${boot}\n`,
      'text of files /proc/sys/kernel/hostname': `${now}\n`,
      'corosync-cmapctl': cmap === undefined ? undefined : parseCmap(cmap),
      'text of files /etc/corosync/corosync.conf': file,
    }).read,
  )
  if (finding instanceof Warn) return finding.reason
  return finding instanceof Skip
    ? 'skipped'
    : finding.map(({ subject, from, to }) => `${subject}: ${from} -> ${to}`).join(', ')
}

const stays = (now: string) =>
  `the host name is ${now}, and the cluster knows this node as node1: the host name is kept`

test('a new machine gets its name, also for the next boot', async t => {
  t.is(
    await outcome('raspberrypi', 'raspberrypi'),
    'host name in /etc/hostname: raspberrypi -> node1, host name: raspberrypi -> node1',
  )
  t.is(
    await outcome('raspberrypi', 'raspberrypi', { cmap: debian }),
    'host name in /etc/hostname: raspberrypi -> node1, host name: raspberrypi -> node1',
  )
  t.is(
    await outcome('node1', 'raspberrypi', { cmap: nodelist('node1') }),
    'host name in /etc/hostname: raspberrypi -> node1',
  )
  t.is(await outcome('node1', 'node1', { cmap: nodelist('node1') }), '')
})

test('the host name of a member is kept if the node list has its name', async t => {
  t.is(await outcome('node1.example.net', 'node1.example.net', { cmap: nodelist('node1') }), stays('node1.example.net'))
  t.is(await outcome('web-a', 'web-a', { file: conf }), stays('web-a'))
})

test("a stopped machine with another member's host name is that member", async t => {
  const both = conf.replace('nodelist {\n', 'nodelist {\nnode {\nname: node2\nnodeid: 2\nring0_addr: 192.168.0.2\n}\n')
  await t.throwsAsync(outcome('node2', 'node2', { file: both }), { message: /is a member of its cluster as node2/ })
})

test('a member that the cluster knows by another name is refused, with a harmless hint', async t => {
  const message = /is a member of its cluster as (other|node1\.example\.net), but its name in the inventory is node1/
  for (const cmap of [nodelist('other'), nodelist(undefined)]) {
    const error = await t.throwsAsync(outcome('node1.example.net', 'node1', { cmap }), { message })
    t.notRegex(JSON.stringify(error), /remove/)
  }
})
