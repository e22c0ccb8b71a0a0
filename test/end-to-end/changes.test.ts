import { cibChanges } from './changes/cib.js'
import { contentChanges } from './changes/content.js'
import { labSite, tasksOf, troubles } from './site-harness.js'

/** Every kind of change, made to one cluster that is serving; HTTP through the floating IP is probed meanwhile. */
const shared = labSite('changes', 2)
const { site, onLab } = shared

onLab('a cluster that serves', async t => {
  const run = await site.run(['site'])
  t.is(run.exitCode, 0, troubles(run))
  t.true(tasksOf(run).some(({ effects }) => effects?.[0]?.endsWith('WebSite started on node1: as forecast')))
})

contentChanges(shared)
cibChanges(shared)
