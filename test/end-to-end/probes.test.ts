import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { AssertionEvent } from '../../runner/engine/events.js'
import { DrillSite } from './drills/site.js'
import { inventoryWithProbes, startDns, stopDns, writeCheckShop } from './probed-services.js'
import { labSite, troubles, type Result } from './site-harness.js'

/** Probes of every kind: asserted, and made to fail. */
const { site, onLab } = labSite('probes', 2, { layout: 'single' })

const evidenceOf = ({ events }: Result) =>
  Object.fromEntries(
    events
      .filter((event): event is AssertionEvent => event.event === 'assertion' && event.task.startsWith('the probe'))
      .map(({ task, status, evidence }) => [/"(.*)"/.exec(task)![1], `${status}: ${evidence}`]),
  )

async function verified(t: ExecutionContext, expected: string, exitCode: number): Promise<Record<string, string>> {
  const run = await site.run(['verify', '--stable', '0'], { inventory: await inventoryWithProbes(site, expected) })
  t.is(run.exitCode, exitCode, troubles(run))
  return evidenceOf(run)
}

onLab('verify asks every probe, through a node without the address', async t => {
  await writeCheckShop(site)
  await site.onAll(startDns)
  const holder = await new DrillSite(site).holder()
  const other = holder === 'node1' ? 'node2' : 'node1'
  t.deepEqual(await verified(t, '254', 0), {
    page: `ok: HTTP 200 from ${holder}, through ${other}`,
    dns: `ok: router.lan is 192.168.0.254, through ${other}; ${holder} has 192.168.0.10`,
    login: `ok: accepts connections, through ${other}; ${holder} has 192.168.0.10`,
    own: `ok: exit code 0; ${holder} has 192.168.0.10`,
  })
})

onLab('what does not answer as declared has failed, with its cause', async t => {
  await site.file('closed', '')
  const wrong = await verified(t, '253', 2)
  t.regex(
    wrong['dns']!,
    /^failed: router\.lan at 192\.168\.0\.10: router\.lan is 192\.168\.0\.254, 192\.168\.0\.253 is expected$/,
  )
  t.is(wrong['own'], 'failed: ./check-shop 192.168.0.10: exit code 3: no')
  t.regex(wrong['page']!, /^ok/)
  await rm(join(site.lab.dir, 'closed'))
  await site.onAll(stopDns)
  await site.on('node1', 'crm_resource -r WebSite -m -p target-role -v Stopped && crm_resource --wait')
  const stopped = await verified(t, '254', 2)
  await site.on('node1', 'crm_resource -r WebSite -m -d target-role && crm_resource --wait')
  await site.onAll(startDns)
  t.regex(stopped['dns']!, /^failed: router\.lan at 192\.168\.0\.10: no answer.*, because WebSite is stopped$/)
  t.regex(stopped['page']!, /^failed: http:\/\/192\.168\.0\.10\/: .*, because WebSite is stopped$/)
  t.regex(stopped['login']!, /^ok/)
})
