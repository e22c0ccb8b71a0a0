import { boot, powerKill } from '../../../runner/lab/faults.js'
import { setPlugCondition } from '../../../runner/lab/plugs.js'
import { labSite, tasksOf, troubles } from '../site-harness.js'
import { fencedSingle, measured } from '../drills/faults.js'
import { DrillSite, roundsOf } from '../drills/site.js'

/** What fencing changes: one drill of each outcome; `npm run test:drills` measures all of them. */
const { site, onLab } = labSite('fenced', 2, undefined, { plugs: true })
const drills = new DrillSite(site)

onLab('a cluster with a plug for each node', async t => {
  await drills.prepare()
  const run = await site.run(['site'])
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

onLab('a node fenced by hand is rebooted, the service moves, and the run waits until the node is back', async t => {
  const node = await drills.holder()
  const planned = await site.run(['fence', node, '--check'])
  t.regex(
    tasksOf(planned)[0]!.reason!,
    new RegExp(`${node} is rebooted by plug\\d from node\\d; FloatIP moves ${node} -> node\\d`),
  )
  const run = await site.run(['fence', node, '--yes'])
  t.is(run.exitCode, 0, troubles(run))
  const [fenced, ...effects] = tasksOf(run)[0]!.effects!
  t.regex(fenced!, new RegExp(`^${node} was rebooted by node\\d within`))
  t.regex(effects.join(), new RegExp(`FloatIP now runs on node\\d.*${node} is online again`))
  t.not(await drills.holder(), node)
  t.is((await site.run(['verify', '--stable', '0'])).exitCode, 0)
})

onLab('a node that could not be fenced is confirmed as off only if nothing is heard of it', async t => {
  const name = await drills.holder()
  const at = site.lab.nodes.findIndex(node => node.name === name)
  const [node, plug] = [site.lab.nodes[at]!, site.lab.plugs[at]!]
  const refused = await site.run(['fence', name, '--confirm', '--yes'])
  t.is(refused.exitCode, 2)
  t.regex(troubles(refused), new RegExp(`${name} answers over ssh, so it is not off; nothing was done`))
  await setPlugCondition(plug, 'unreachable')
  await powerKill(node)
  const other = site.lab.nodes.find(each => each !== node)!.name
  await site.come(other, `crm_mon -1 --output-as=xml | grep -q 'node name="${name}".* unclean="true"'`)
  const run = await site.run(['fence', name, '--confirm', '--yes'])
  await setPlugCondition(plug, 'works')
  await boot(node)
  t.is(run.exitCode, 0, troubles(run))
  t.regex(tasksOf(run)[0]!.effects!.join(), new RegExp(`^${name} counts as off,FloatIP now runs on ${other}`))
})
