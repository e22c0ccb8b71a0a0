import type { DrillAnswersEvent } from '../../../roles/drill/events.js'
import { roundsOf } from '../drills/site.js'
import { inventoryWithProbes, startDns, writeCheckShop } from '../probed-services.js'
import { labSite, troubles } from '../site-harness.js'

/** Probes of every kind are measured by a drill, all at once: `npm run test:drills`. */
const { site, onLab } = labSite('probed-drill', 2, { layout: 'single' })

onLab('a drill measures all probes at once, and shows the worst', async t => {
  await writeCheckShop(site)
  await site.onAll(startDns)
  const inventory = await inventoryWithProbes(site, '254')
  const run = await site.run(['drill', '--yes', '--fault', 'standby'], { inventory })
  t.is(run.exitCode, 0, troubles(run))
  const [round] = roundsOf(run)
  t.deepEqual(
    round!.probes?.map(({ probe }) => probe),
    ['page', 'dns', 'login', 'own'],
  )
  t.is(round!.outage_ms, Math.max(...round!.probes!.map(({ outage_ms }) => outage_ms)))
  t.is(round!.probe, 'page', 'Apache takes longer to move than the address')
  t.true(round!.outage_ms > 0)
  const answers = run.events.filter((event): event is DrillAnswersEvent => event.event === 'drill-answers')
  t.deepEqual(new Set(answers.map(({ probe }) => probe)), new Set(['dns', 'login', 'own', 'page']))
  for (const { probe, answers: list } of answers) {
    t.true(list.length > 3, probe)
    t.deepEqual(
      new Set(list.flatMap(({ node }) => node ?? [])),
      new Set(['node1', 'node2']),
      `${probe} was answered by both, one after the other`,
    )
  }
})
