import { cibChanges } from './changes/cib.js'
import { contentChanges } from './changes/content.js'
import { promotableChanges } from './changes/promotable.js'
import { furtherObjects } from './changes/further-objects.js'
import { labSite, tasksOf } from './site-harness.js'

/** Every kind of change, made to one cluster that is serving; HTTP through the floating IP is probed meanwhile. */
const shared = labSite('changes', 2, { layout: 'single' })
const { site, onLab } = shared

onLab('a cluster that serves: that is what the first run said it did', async t => {
  const run = site.building
  t.true(tasksOf(run).some(({ effects }) => effects?.[0]?.endsWith('WebSite started on node1: as forecast')))
})

contentChanges(shared)
furtherObjects(shared)
cibChanges(shared)
promotableChanges(shared)
