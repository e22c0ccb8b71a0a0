import type { AssertionEvent } from '../../runner/engine/events.js'
import { labSite, statusIn, troubles, type Result } from './site-harness.js'

/** A second floating IP, of IPv6, on a cluster that serves at the first one. The lab's nodes get addresses of IPv6 only here. */
const { site, onLab } = labSite('addresses', 2, { layout: 'single' })

const [first, second] = ['192.168.0.10', 'fd00:1::10']

const inventory = async () =>
  site.inventory('addresses', cluster => {
    delete cluster['floating_ip']
    cluster['floating_ips'] = { FloatIP: `${first}/24`, FloatIP6: `${second}/64` }
  })

const assertion = ({ events }: Result, task: string) =>
  events.findLast((event): event is AssertionEvent => event.event === 'assertion' && event.task === task)

/** Waits until the cluster has the address on one node, 60 s at most. @returns the node's name. */
async function holder(address: string): Promise<string> {
  for (let tries = 0; tries < 60; tries += 1) {
    const holders = await Promise.all(
      site.lab.nodes.map(async ({ name }) =>
        (await site.on(name, `ip -o addr show to ${address} -tentative || :; sleep 0.5`)).includes(address)
          ? [name]
          : [],
      ),
    )
    if (holders.flat().length === 1) return holders.flat()[0]!
  }
  throw new Error(`${address} is not on one node`)
}

onLab('nodes without an address in the network of the IPv6 address: refused before the cluster has it', async t => {
  const result = await site.run(['site'], { inventory: await inventory() })
  t.is(result.exitCode, 2)
  t.regex(
    troubles(result),
    /no interface of node1, node2 has an address in fd00:1::\/64, the network of the floating IP fd00:1::10/,
  )
  t.notRegex(await site.on('node1', 'cibadmin -Q -o resources'), /FloatIP6/)
})

onLab('an IPv6 address beside the IPv4 one: added, verified, in sync, shown', async t => {
  for (const [at, { name }] of site.lab.nodes.entries())
    await site.on(name, `ip -6 addr add fd00:1::${at + 1}/64 dev eth0 nodad`)
  const built = await site.run(['site'], { inventory: await inventory() })
  t.is(built.exitCode, 0, troubles(built))
  const node = await holder(second)
  t.is(await holder(first), node)
  t.like(assertion(built, 'one machine answers for the floating IP'), {
    status: 'ok',
    evidence: `${first}: only ${node} answers; ${second}: only ${node} answers`,
  })
  const again = await site.run(['site', '--check'], { inventory: await inventory() })
  t.is(again.exitCode, 0, troubles(again))
  const status = statusIn(await site.run(['status'], { inventory: await inventory() }))
  t.like(status, { health: 'ok', further_floating_ips: [{ address: second, holders: [{ node, interface: 'eth0' }] }] })
})

onLab('verify sees an IPv6 address that another machine has too, or a second node', async t => {
  const node = await holder(second)
  const other = site.lab.nodes.find(({ name }) => name !== node)!.name
  await site.outside(`ip -6 addr add ${second}/64 dev br0 nodad`)
  try {
    const foreign = await site.run(['verify', '--stable', '0'], { inventory: await inventory() })
    t.is(foreign.exitCode, 2)
    t.regex(
      assertion(foreign, 'one machine answers for the floating IP')?.evidence ?? '',
      /^fd00:1::10: .* belongs to no node/,
    )
  } finally {
    await site.outside(`ip -6 addr del ${second}/64 dev br0`)
  }
  await site.on(other, `ip -6 addr add ${second}/64 dev eth0 nodad`)
  try {
    const twice = await site.run(['verify', '--stable', '0'], { inventory: await inventory() })
    t.is(twice.exitCode, 2)
    t.is(
      assertion(twice, 'the floating IP is on one node')?.evidence,
      `${second} is on eth0 of node1 and eth0 of node2`,
    )
  } finally {
    await site.on(other, `ip -6 addr del ${second}/64 dev eth0`)
  }
})

onLab(
  'an IPv6 address that was removed by hand: the cluster brings it back, and after a cleanup the run is in sync',
  async t => {
    const node = await holder(second)
    await site.on(node, `ip -6 addr del ${second}/64 dev eth0`)
    t.like(statusIn(await site.run(['status'], { inventory: await inventory() })), {
      health: 'failed',
      further_floating_ips: [{ address: second, holders: [] }],
    })
    await holder(second)
    await site.on('node1', 'crm_resource --cleanup -r FloatIP6')
    const repaired = await site.run(['site'], { inventory: await inventory() })
    t.is(repaired.exitCode, 0, troubles(repaired))
  },
)

onLab('a drill measures both addresses', async t => {
  const result = await site.run(['drill', '--yes'], { inventory: await inventory() })
  t.is(result.exitCode, 0, troubles(result))
  const round = result.events.find(event => event.event === 'drill-round')
  t.is(round?.event, 'drill-round')
  const addresses = round?.event === 'drill-round' ? (round.addresses ?? []) : []
  t.deepEqual(
    addresses.map(({ address, duplicate_ms: twice }) => [address, twice]),
    [
      [first, 0],
      [second, 0],
    ],
  )
  t.true(addresses.every(({ free_ms: free = 0 }) => free > 0 && free < 60_000))
})
