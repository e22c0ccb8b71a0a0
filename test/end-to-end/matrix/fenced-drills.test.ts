import test from 'ava'
import { fencedCloned, fencedSingle, measured } from '../drills/faults.js'
import { figuresIn, newMeasured, record, type Layout } from '../drills/results.js'
import { DrillSite, roundsOf } from '../drills/site.js'
import { labSite, troubles } from '../site-harness.js'

/** `npm run test:drills`: the faults of a cluster with fencing in both layouts, and the race of two nodes, for docs/drills.md. */
const { site, onLab } = labSite('fenced', 2, undefined, { plugs: true, arbiter: true })
const drills = new DrillSite(site)
let results = newMeasured('')

/** In a row: a node that is fenced in a race is fenced again a minute later. */
const raceRounds = 20

const inLayout = async (layout: Layout, hasArbiter = false) =>
  site.inventory(`${layout}${hasArbiter ? '-arbiter' : ''}.yml`, cluster => {
    cluster['layout'] = layout
    if (!hasArbiter) delete cluster['quorum_device']
  })

for (const [layout, faults] of [
  ['single', fencedSingle],
  ['cloned', fencedCloned],
] as const) {
  onLab(`a cluster with fencing, ${layout}`, async t => {
    await drills.prepare()
    drills.inventory = await inLayout(layout)
    const run = await site.run(['site'], { inventory: drills.inventory })
    t.is(run.exitCode, 0, troubles(run))
    if (layout === 'single') results = newMeasured(await drills.versions())
  })
  for (const [name, fault] of Object.entries(faults)) {
    onLab(`with fencing, ${layout}, ${name}`, async t => {
      const round = await measured(t, drills, fault)
      results.rounds[name] = { ...results.rounds[name], [layout]: figuresIn(round) }
    })
  }
  onLab(
    `with fencing, ${layout}: ${raceRounds} cuts in a row, of which the node with the address survives each`,
    async t => {
      t.timeout(40 * 60_000)
      const run = await site.run(['drill', '--yes', '--fault', 'cut', '--rounds', String(raceRounds)], {
        inventory: drills.inventory,
        seconds: 2400,
      })
      const rounds = roundsOf(run)
      results.races = { ...results.races, [layout]: rounds.map(figuresIn) }
      t.is(run.exitCode, 0, troubles(run))
      t.is(rounds.length, raceRounds)
      for (const round of rounds) fencedSingle['cut']!.expect(t, round)
      await drills.nothingIsLeft(t)
    },
  )
}

onLab('an arbiter that cannot be reached: the cluster goes on, and then has its vote again', async t => {
  drills.inventory = await inLayout('cloned', true)
  const run = await site.run(['site'], { inventory: drills.inventory })
  t.is(run.exitCode, 0, troubles(run))
  const drill = await drills.drill('--fault', 'arbiter')
  t.is(drill.exitCode, 0, troubles(drill))
  const [round] = roundsOf(drill)
  t.like(round, { status: 'ok', failed_requests: 0, address_free_ms: 0, duplicate_address_ms: 0 })
  results.rounds['arbiter'] = { cloned: figuresIn(round!) }
  await drills.nothingIsLeft(t)
})

test.after(async () => {
  if (Object.keys(results.rounds).length >= Object.keys(fencedSingle).length) await record('with', results)
})
