import { setPriority } from 'node:os'
import { reason } from '../availability.js'
import { labSite, summaryOf, troubles } from '../site-harness.js'
import { measured, single } from './faults.js'
import { DrillSite } from './site.js'
import { drillVisited } from './visitor.js'

/**
 * A planned move and a fault; `npm run test:drills` measures all faults in both layouts. Other labs use the machine meanwhile. What is measured here must
 * not wait for them: this process, and all that it starts, nodes included, comes first at the processors.
 */
if (reason === null) setPriority(-10)
const { site, onLab } = labSite('faults', 2, { layout: 'single' })
const drills = new DrillSite(site)

onLab('a cluster that serves', async t => {
  await drills.prepare()
  t.truthy(await drills.holder())
})

// A planned move, twice.
drillVisited(
  { site, onLab },
  async (...words) => drills.drill(...words),
  async () => drills.holder(),
)

onLab('single, kill corosync: measured and repaired', async t => {
  await measured(t, drills, single['kill corosync']!)
})

onLab('after all faults a run changes nothing', async t => {
  const run = await site.run(['site'])
  t.is(run.exitCode, 0, troubles(run))
  t.is(summaryOf(run).changed, 0, troubles(run))
})
