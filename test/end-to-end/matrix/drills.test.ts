import test from 'ava'
import { cloned, measured, single } from '../drills/faults.js'
import { figuresIn, newMeasured, record } from '../drills/results.js'
import { DrillSite } from '../drills/site.js'
import { labSite, troubles } from '../site-harness.js'

/** `npm run test:drills`: every way for a node to fail in both layouts, without fencing, for docs/drills.md. */
const { site, onLab } = labSite('matrix', 2, { layout: 'single' })
const drills = new DrillSite(site)
let results = newMeasured('')

onLab('a cluster that serves', async t => {
  await drills.prepare()
  results = newMeasured(await drills.versions())
  t.truthy(await drills.holder())
})

for (const [layout, faults] of [
  ['single', single],
  ['cloned', cloned],
] as const) {
  if (layout === 'cloned') {
    onLab('the same cluster in the cloned layout', async t => {
      drills.inventory = await site.inventory('cloned.yml', cluster => {
        cluster['layout'] = 'cloned'
      })
      const run = await site.run(['site'], { inventory: drills.inventory })
      t.is(run.exitCode, 0, troubles(run))
    })
  }
  for (const [name, fault] of Object.entries(faults)) {
    onLab(`${layout}, ${name}`, async t => {
      const round = await measured(t, drills, fault)
      results.rounds[name] = { ...results.rounds[name], [layout]: figuresIn(round) }
    })
  }
}

test.after(async () => {
  if (Object.keys(results.rounds).length >= Object.keys(single).length) await record('without', results)
})
