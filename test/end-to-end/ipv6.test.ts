import type { AssertionEvent } from '../../runner/engine/events.js'
import { labSite, statusIn, summaryOf, tasksOf, troubles, withStatus, type Result } from './site-harness.js'

/** A cluster whose machines have IPv6 addresses alone: the admin's connections, the ring, the page and the firewalls use nothing else. */
const { site, onLab } = labSite('ipv6', 2, undefined, { ipv6: true })

const floatingIp = 'fd00:1::10'

/** node1 gets another address than it has; node2 keeps its own, which the inventory spells differently. */
const declared = async () =>
  site.inventory('declared.yml', (_, hosts) => {
    Object.assign(hosts['node1']!, { address: 'fd00:1::5/64', gateway: 'fd00:1::fe' })
    Object.assign(hosts['node2']!, { address: 'FD00:1:0::2/64' })
  })

/** The same once node1 has that address: an admin corrects the inventory and the ssh configuration. */
const moved = async () => ({
  inventory: await site.inventory('moved.yml', (_, hosts) => {
    Object.assign(hosts['node1']!, { ansible_host: 'fd00:1:0::5', address: 'fd00:1::5/64', gateway: 'fd00:1::fe' })
    Object.assign(hosts['node2']!, { address: 'FD00:1:0::2/64' })
  }),
  config: await site.sshConfig('moved', text =>
    text.replace(
      'Host node1 fd00:1::1\n  HostName fd00:1::1\n',
      'Host node1 fd00:1:0::5\n  HostName fd00:1::5\n  HostKeyAlias fd00:1::1\n',
    ),
  ),
})

const assertion = ({ events }: Result, task: string) =>
  events.findLast((event): event is AssertionEvent => event.event === 'assertion' && event.task === task)

onLab('from bare nodes to a verified cluster, with an armed change of address on the way', async t => {
  const built = await site.run(['site'], { inventory: await declared() })
  t.is(built.exitCode, 0, troubles(built))
  t.true(withStatus(built, 'changed').includes('node1 network: static address'))
  t.like(assertion(built, 'links are connected, at the declared addresses'), { status: 'ok' })
  t.like(assertion(built, 'no IPv6 address failed its duplicate check'), {
    status: 'ok',
    evidence: '3 IPv6 addresses on 2 nodes',
  })
  t.like(assertion(built, 'the page is served at the floating IP'), { status: 'ok' })
  t.is(await site.on('node1', 'ip -o -4 addr show scope global'), '', 'no IPv4 address anywhere')
  t.regex(await site.on('node1', 'ip -o addr show dev eth0 to fd00:1::/64'), /fd00:1::5\/64/)
  t.regex(await site.on('node2', 'cat /etc/hosts'), /^fd00:1::5\s+node1$[^]*^fd00:1::2\s+node2$/m)
})

onLab('a second run changes nothing, whatever the spelling of an address', async t => {
  await site.onAll(
    "sed -i 's/^fd00:1::5/FD00:1:0::5/' /etc/hosts; sed -i 's/address fd00:1::/address FD00:1:0::/' /etc/network/interfaces",
  )
  const again = await site.run(['site'], await moved())
  t.is(again.exitCode, 0, troubles(again))
  t.deepEqual(withStatus(again, 'changed', 'failed'), [])
  t.like(summaryOf(again), { changed: 0, failed: 0, unreachable: 0 })
})

onLab('drift in the files with addresses is found and repaired', async t => {
  await site.on(
    'node1',
    "sed -i 's/^fd00:1::2/fd00:1::22/' /etc/hosts; sed -i 's/gateway .*/gateway fe80::9/' /etc/network/interfaces",
  )
  await site.on('node2', "sed -i 's/ring0_addr: fd00:1::5/ring0_addr: fd00:1::55/' /etc/corosync/corosync.conf")
  const repaired = await site.run(['site'], await moved())
  t.is(repaired.exitCode, 0, troubles(repaired))
  t.deepEqual(withStatus(repaired, 'changed'), [
    'node1 network: static address',
    'node1 network: write /etc/hosts',
    'corosync: write /etc/corosync/corosync.conf',
  ])
  t.regex(
    await site.on('node1', 'cat /etc/network/interfaces'),
    /inet6 static\n\s+address .*5\/64\n\s+gateway fd00:1::fe\n/,
  )
  t.is(tasksOf(await site.run(['site', '--check'], await moved())).filter(({ status }) => status !== 'ok').length, 0)
})

onLab('status shows the addresses, and verify an address that a node cannot use', async t => {
  const status = statusIn(await site.run(['status'], await moved()))
  t.like(status, { health: 'ok' })
  t.deepEqual(
    status.nodes.map(({ address }) => address),
    ['fd00:1::5', 'fd00:1::2'],
  )
  const holder = status.floating_ip.holders[0]!.node
  const other = site.lab.nodes.find(({ name }) => name !== holder)!.name
  await site.on(other, `ip -6 addr add ${floatingIp}/64 dev eth0`)
  try {
    await site.come(other, 'ip -o -6 addr show dev eth0 | grep -q dadfailed')
    const result = await site.run(['verify', '--stable', '0'], await moved())
    t.is(result.exitCode, 2)
    t.is(
      assertion(result, 'no IPv6 address failed its duplicate check')?.evidence,
      `${other} does not use ${floatingIp} on eth0: another machine had it already (dadfailed)`,
    )
  } finally {
    await site.on(other, `ip -6 addr del ${floatingIp}/64 dev eth0`)
  }
})
