import test from 'ava'
import { linksCarryTraffic, silences } from '../../../roles/verify/links.js'
import type { LinkTraffic } from '../../../roles/verify/knet-stats.js'
import { scopeOf } from '../corosync/cluster.js'

const link = (more: Partial<LinkTraffic> = {}): LinkTraffic => ({ nodeId: 2, link: 0, enabled: true, connected: true, downs: 0, received: 10n, sent: 20n, ...more })

/** A link, what it was at an earlier look, and what is wrong with it. */
const cases: [title: string, now: LinkTraffic, before: LinkTraffic[], complaints: string[]][] = [
  ['it has carried something', link(), [], []],
  ['nothing ever came', link({ received: 0n }), [], ['nothing comes in on link 0 to node 2']],
  ['nothing ever went', link({ sent: 0n }), [], ['nothing goes out on link 0 to node 2']],
  ['both go on', link({ received: 11n, sent: 21n }), [link()], []],
  ['nothing came since', link({ sent: 21n }), [link()], ['nothing comes in on link 0 to node 2']],
  ['all stands still', link(), [link()], ['nothing comes in on link 0 to node 2', 'nothing goes out on link 0 to node 2']],
  ['corosync began anew', link({ received: 3n, sent: 4n }), [link()], []],
  ['the other link has nothing to do with it', link({ link: 1 }), [link()], []],
  ['down', link({ connected: false }), [link()], ['link 0 to node 2 is down']],
  ['disabled', link({ enabled: false, connected: false }), [link()], ['link 0 to node 2 is disabled']],
]

for (const [title, now, before, complaints] of cases) {
  test(`traffic: ${title}`, t => t.deepEqual(silences([now], before), complaints))
}

const keys = (ping: string) => new Map([
  ['nodelist.node.0.name', { value: 'node1' }], ['nodelist.node.0.nodeid', { value: '1' }], ['runtime.config.totem.interface.0.knet_ping_interval', { value: ping }],
])

test('looks too close for a ping in between are not compared; the own link is none', async t => {
  const look = linksCarryTraffic()
  const scope = (at: number, ...links: LinkTraffic[]) => scopeOf({ node1: { 'corosync-cmapctl -m stats': { asked: { from: at, to: at + 100 }, links: [link({ nodeId: 1, received: 0n }), ...links] }, 'corosync-cmapctl': keys('750') } })
  const evidence = 'both ways, 1 links seen from their ends; down 0 times since corosync started'
  t.like(await look(scope(0, link())), { status: 'ok', evidence })
  t.like(await look(scope(0, link())), { status: 'ok', evidence }, 'the same answer, whenever it is looked at')
  t.like(await look(scope(1599, link())), { status: 'ok', evidence }, 'a moment later')
  t.like(await look(scope(1600, link())), { status: 'failed', evidence: 'node1: nothing comes in on link 0 to node 2; node1: nothing goes out on link 0 to node 2' })
  t.like(await look(scope(3200, link({ downs: 1, received: 12n, sent: 22n }))), { status: 'ok', evidence: evidence.replace('down 0', 'down 1') })
})
