import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { offerPackages, powerKill } from '../../../runner/lab/index.js'
import type { DrillRoundEvent } from '../../../roles/drill/events.js'
import { onExample, type ExampleSite } from '../examples/example-site.js'
import { keepResults, seconds } from '../examples/results.js'
import { createShop, endReplication, holdReplication, whileWriting, type Counted } from '../examples/shop.js'
import { troubles, withStatus } from '../site-harness.js'

/** The examples on labs, from bare nodes: `npm run test:examples`, which writes docs/examples.md. */

const builtIn = ({ built, again }: { built: number; again: number }) => ({
  'bare nodes are built and verified': `${built} s`,
  'nothing to do': `${again} s`,
})

/** The outage of each probe. */
const outages = ({ probes = [] }: DrillRoundEvent) =>
  probes.map(({ probe, outage_ms }) => `${probe}: ${seconds(outage_ms)}`).join(', ')

onExample('dns', {}, async (t, site) => {
  const rows: Record<string, string> = builtIn(await site.built())
  const holders = async () => Promise.all(['192.168.0.11', '192.168.0.12'].map(async address => site.holder(address)))
  t.is(new Set(await holders()).size, 2, 'one address on each node')
  for (const fault of ['standby', 'reboot']) rows[`drill: ${fault}`] = outages(await site.drilled(fault))
  t.is(new Set(await holders()).size, 2, 'and again after a node has come back')
  // Both are on the node that is left.
  await powerKill(site.lab.nodes[0]!)
  await site.come('node2', '[ "$(ip -o address show | grep -c "192.168.0.1[12]/")" = 2 ]')
  t.regex(await site.on('node2', 'journalctl -o cat -t dns-alert'), /^node node1 is lost$/m)
  await keepResults('dns', rows)
})

onExample('nginx', {}, async (t, site) => {
  // As an admin does it before: each node has an IPv6 address of its own, after a boot too.
  for (const [at, { name }] of site.lab.nodes.entries()) {
    const address = `fd00:1::${at + 1}/64`
    await site.on(
      name,
      `ip -6 address add ${address} dev eth0 nodad; printf 'iface eth0 inet6 static\\n    address ${address}\\n    dad-attempts 0\\n' >>/etc/network/interfaces`,
    )
  }
  const rows: Record<string, string> = builtIn(await site.built())
  for (const fault of ['standby', 'reboot']) rows[`drill: ${fault}`] = outages(await site.drilled(fault))
  await site.on('node2', 'echo changed >/var/www/site/style.css')
  const verified = await site.ha(['verify', '--stable', '0'])
  t.is(verified.exitCode, 2)
  t.regex(troubles(verified), /\/var\/www\/site: .*style\.css differs/)
  const repaired = await site.ha(['site'])
  t.deepEqual(
    [repaired.exitCode, withStatus(repaired, 'changed')],
    [0, ['node2 nginx: write /var/www/site/style.css']],
    troubles(repaired),
  )
  await keepResults('nginx', rows)
})

onExample('postgresql', { plugs: true }, async (t, site) => {
  await offerPackages(site.lab, ['postgresql', 'resource-agents-paf'], { report: line => t.log(line) })
  const rows: Record<string, string> = builtIn(await site.built())
  const primary = async () => site.holder('192.168.0.10')
  const standby = async () => ((await primary()) === 'node1' ? 'node2' : 'node1')
  const countsText = ({ acknowledged, lost, pause }: Counted) =>
    `${acknowledged} rows acknowledged, **${lost} lost**, no row for ${pause.toFixed(1)} s`
  await site.on(await primary(), createShop)
  const asynchronous = await site.variables('database', { postgresql_synchronous: false })

  for (const [mode, more] of [['synchronous'], ['asynchronous', asynchronous]] as [string, string?][]) {
    await site.succeeds(['site'], more)
    const drilled = await whileWriting(site, await standby(), async () => {
      rows[`drill: fence, ${mode}`] = seconds((await site.drilled('fence', more)).outage_ms)
    })
    rows[`drill: fence, ${mode}`] += `, ${countsText(drilled)}`
    await fencedFollows(site, mode, more)
    const ahead = await whileWriting(site, await standby(), async () =>
      losePowerAhead(site, await primary(), await standby()),
    )
    rows[`the primary loses its power while its standby is 1.5 s behind, ${mode}`] = countsText(ahead)
    if (mode === 'synchronous') t.deepEqual([drilled.lost, ahead.lost], [0, 0])
    else t.true(ahead.lost > 0, 'rows that the standby never had are counted as lost')
  }

  // The former primary has rows that the present one lacks: it follows again when the admin says so.
  const apart = await site.ha(['site'], asynchronous)
  t.is(apart.exitCode, 2)
  t.regex(troubles(apart), /no follower: node[12].*rejoin\.yml/s)
  rows['a former primary that was ahead follows again, by `ha-run play`'] =
    `${await site.succeeds(['play', 'examples/postgresql/playbooks/rejoin.yml'], asynchronous)} s`
  await site.succeeds(['site'])

  const killed = await whileWriting(site, await standby(), async () => {
    await site.on(await primary(), 'kill -KILL $(head -n 1 /var/lib/postgresql/15/main/postmaster.pid)')
    // The server of a connection outlives the main process, and writes on for a moment.
    await site.come('node1', 'cibadmin -Q | grep -q fail-count-PostgreSQL')
  })
  rows['the process of the primary is killed'] = countsText(killed)
  t.is(killed.lost, 0)
  await site.on('node1', 'crm_resource --wait --timeout 120s; crm_resource --cleanup >/dev/null 2>&1')
  await standbyIsReplaced(t, site, await standby())
  await keepResults('postgresql', rows)
})

/** A fenced primary follows again by itself, but with asynchronous replication only if the other node has all that it has written. */
async function fencedFollows(site: ExampleSite, mode: string, more?: string): Promise<void> {
  if (mode === 'asynchronous' && (await site.ha(['site'], more)).exitCode !== 0)
    await site.succeeds(['play', 'examples/postgresql/playbooks/rejoin.yml'], more)
  await site.succeeds(['site'], more)
}

/** Nothing of the last 1.5 s leaves the primary before its power is cut. */
async function losePowerAhead(site: ExampleSite, primary: string, standby: string): Promise<void> {
  await site.on(standby, holdReplication)
  await sleep(1500)
  await powerKill(site.lab.nodes.find(({ name }) => name === primary)!)
  await sleep(500)
  await site.on(standby, endReplication)
  await site.come(standby, 'ip -o address show to 192.168.0.10 | grep -q .')
  // It has no power yet, so that the other node is asked.
  await site.come(standby, `crm_mon -1 | grep -q 'Online: \\[ node1 node2 \\]'`)
}

/** Somebody else's data is refused; an empty data directory gets a copy, from the running primary. */
async function standbyIsReplaced(t: ExecutionContext, site: ExampleSite, node: string): Promise<void> {
  const data = '/var/lib/postgresql/15/main'
  await site.on(
    node,
    `crm node standby ${node}; n=100; while [ -e ${data}/postmaster.pid ]; do sleep 0.2; n=$((n - 1)); [ $n -gt 0 ]; done`,
  )
  await site.on(node, `mv ${data}/made-by-ha-run /root`)
  const refused = await site.ha(['postgresql'])
  t.deepEqual([refused.exitCode, withStatus(refused, 'changed')], [2, []])
  t.regex(troubles(refused), new RegExp(`${data} on ${node} has data that this role has not made`))
  await site.on(node, `mv ${data} /root/former`)
  const copied = await site.ha(['postgresql'])
  t.deepEqual(withStatus(copied, 'changed'), ['postgresql: every node has a copy of the database'], troubles(copied))
  await site.on(node, `crm node online ${node}`)
  await site.succeeds(['site'])
}
