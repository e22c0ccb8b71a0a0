import test from 'ava'
import { linksCarryTraffic, silentLinks } from '../../../roles/verify/links.js'
import type { LinkTraffic } from '../../../roles/verify/knet-stats.js'
import { scopeOf } from '../corosync/cluster.js'

const link = (more: Partial<LinkTraffic> = {}): LinkTraffic => ({
  nodeId: 2,
  link: 0,
  enabled: true,
  connected: true,
  downs: 0,
  received: 10n,
  sent: 20n,
  ...more,
})

/** A link, its counters at an earlier check, and the violations. */
const cases: [title: string, now: LinkTraffic, before: LinkTraffic[], violations: string[]][] = [
  ['packets at any time', link(), [], []],
  ['never received a packet', link({ received: 0n }), [], ['nothing is received on link 0 to node 2']],
  ['never sent a packet', link({ sent: 0n }), [], ['nothing is sent on link 0 to node 2']],
  ['received and sent since', link({ received: 11n, sent: 21n }), [link()], []],
  ['nothing received since', link({ sent: 21n }), [link()], ['nothing is received on link 0 to node 2']],
  [
    'nothing received or sent since',
    link(),
    [link()],
    ['nothing is received on link 0 to node 2', 'nothing is sent on link 0 to node 2'],
  ],
  ['counters reset by a restart of Corosync', link({ received: 3n, sent: 4n }), [link()], []],
  ['another link does not count', link({ link: 1 }), [link()], []],
  ['down', link({ connected: false }), [link()], ['link 0 to node 2 is down']],
  ['disabled', link({ enabled: false, connected: false }), [link()], ['link 0 to node 2 is disabled']],
]

for (const [title, now, before, violations] of cases) {
  test(`traffic: ${title}`, t => t.deepEqual(silentLinks([now], before), violations))
}

const keys = (ping: string) =>
  new Map([
    ['nodelist.node.0.name', { value: 'node1' }],
    ['nodelist.node.0.nodeid', { value: '1' }],
    ['runtime.config.totem.interface.0.knet_ping_interval', { value: ping }],
  ])

test('checks within two ping intervals are not compared; the link of a node to itself is ignored', async t => {
  const check = linksCarryTraffic()
  const scope = (at: number, ...links: LinkTraffic[]) =>
    scopeOf({
      node1: {
        'corosync-cmapctl -m stats': {
          asked: { from: at, to: at + 100 },
          links: [link({ nodeId: 1, received: 0n }), ...links],
        },
        'corosync-cmapctl': keys('750'),
      },
    })
  const evidence = 'in both directions, 1 link ends; down 0 times since corosync started'
  t.like(await check(scope(0, link())), { status: 'ok', evidence })
  t.like(await check(scope(0, link())), { status: 'ok', evidence }, 'again with the same counters')
  t.like(await check(scope(1599, link())), { status: 'ok', evidence }, 'a moment later')
  t.like(await check(scope(1600, link())), {
    status: 'failed',
    evidence: 'node1: nothing is received on link 0 to node 2; node1: nothing is sent on link 0 to node 2',
  })
  t.like(await check(scope(3200, link({ downs: 1, received: 12n, sent: 22n }))), {
    status: 'ok',
    evidence: evidence.replace('down 0', 'down 1'),
  })
})
