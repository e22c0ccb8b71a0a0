import { labSite, troubles } from '../site-harness.js'
import { fencedSingle, measured } from './faults.js'
import { DrillSite, roundsOf } from './site.js'

/** What fencing changes: one drill of each outcome; `npm run test:drills` measures all of them. */
const { site, onLab } = labSite('fenced', 2, undefined, { plugs: true })
const drills = new DrillSite(site)

onLab('a cluster with a plug for each node', async t => {
  t.timeout(10 * 60_000)
  await drills.prepare()
  const run = await site.run(['site'], { seconds: 480 })
  t.is(run.exitCode, 0, troubles(run))
})

for (const name of ['cut', 'freeze', 'plug']) {
  onLab(`with fencing, ${name}: one node is fenced, and the address is never on two`, async t => {
    await measured(t, drills, fencedSingle[name]!)
  })
}

onLab('Ctrl-C in a cut: the node is repaired, and whoever is fenced all the same comes back', async t => {
  const node = await drills.holder()
  const run = await site.interrupted(['drill', '--yes', '--fault', 'cut'], drills.inventory, [
    async () => site.come(node, 'nft list tables | grep -q ha-run-drill'),
  ])
  t.is(run.exitCode, 130, troubles(run))
  t.deepEqual(roundsOf(run), [])
  await drills.nothingIsLeft(t)
  t.is((await site.run(['verify', '--stable', '0'])).exitCode, 0)
})
