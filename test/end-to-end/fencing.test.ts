import { setPlugCondition } from '../../runner/lab/index.js'
import { probing } from './http-probe.js'
import { slowNextReload } from './wrapped-command.js'
import { soak } from './soak/soak.js'
import { labSite, tasksOf, troubles, withStatus, type Result } from './site-harness.js'

/** Fencing is added to a cluster that serves, saves it from two owners of an address, and is taken away again. */
const { site, onLab } = labSite('fencing', 2, { layout: 'single' }, { plugs: true })

const withDevices = site.lab.inventory
const withoutDevices = async () =>
  site.inventory('disabled.yml', cluster => {
    cluster['fencing'] = 'disabled'
  })
const configuration = async () => site.on('node1', 'cibadmin -Q --scope configuration')
const fencings = async () => site.on('node1', "stonith_admin --history '*'")

/** Runs it while the page is requested. No request may fail. */
async function whileServing(run: () => Promise<Result>): Promise<{ result: Result; failed: number }> {
  const results: Result[] = []
  const { failed } = await probing(site.lab.name, async () => {
    results.push(await run())
  })
  return { result: results[0]!, failed }
}

onLab('a device that refuses its password is named by the node that asked, and nothing is changed', async t => {
  const before = await configuration()
  const [plug] = site.lab.plugs
  await setPlugCondition(plug!, 'wrong-password')
  const refused = await site.run(['fencing'], { inventory: withDevices })
  await setPlugCondition(plug!, 'works')
  t.is(refused.exitCode, 2)
  t.regex(troubles(refused), /plug1, asked by node2: [^;]*(password|401)[^;]*fencing was not changed/is)
  t.notRegex(troubles(refused), /plug2/)
  t.is(await configuration(), before)
})

onLab('fencing is added while the cluster serves: no request fails, and the devices work', async t => {
  const { result, failed } = await whileServing(async () => site.run(['fencing'], { inventory: withDevices }))
  t.deepEqual([result.exitCode, failed], [0, 0], troubles(result))
  t.deepEqual(withStatus(result, 'changed'), ['fencing: fencing devices', 'fencing: fencing is on'])
  const password = await site.on(
    'node1',
    'cibadmin -Q | sed -n \'s/.*name="password" value="\\([^"]*\\)".*/\\1/p\' | head -n 1',
  )
  t.true(
    password.trim().length > 0 && !JSON.stringify(result).includes(password.trim()),
    'the password is in the output',
  )
  // The priority of the floating IP belongs to the resources.
  const again = await site.run(['constraints', 'fencing', 'verify'], { inventory: withDevices })
  t.is(again.exitCode, 0, troubles(again))
  t.deepEqual(withStatus(again, 'changed'), ['constraints: resources and constraints'])
  const plan = await site.run(['site', '--check'], { inventory: withDevices })
  t.deepEqual([plan.exitCode, withStatus(plan, 'would-change', 'unknown')], [0, []], troubles(plan))
  t.is(await fencings(), '0 events found\n')
})

onLab('a device that somebody has changed in the CIB is repaired', async t => {
  await site.on('node1', 'crm_resource --resource plug2 --set-parameter password --parameter-value wrong')
  const repaired = await site.run(['fencing'], { inventory: withDevices })
  t.is(repaired.exitCode, 0, troubles(repaired))
  t.deepEqual(withStatus(repaired, 'changed'), ['fencing: fencing devices'])
  t.regex(await site.on('node1', 'crm_mon -1'), /plug2\s+\(stonith:fence_plug\):\s+Started/)
})

onLab(
  'a reload that is slow on one node breaks the ring while keys change: nothing moves, and nobody is fenced',
  async t => {
    const places = async () => site.on('node1', 'crm_resource --locate --resource WebSite 2>&1')
    const [before, plan] = [await places(), await site.run(['rotate-key', '--check'], { inventory: withDevices })]
    t.regex(plan.stdout, /Pacemaker is in maintenance mode while the nodes change keys/)
    await slowNextReload(site, 'node1')
    const { result, failed } = await whileServing(async () => site.run(['rotate-key'], { inventory: withDevices }))
    t.deepEqual([result.exitCode, failed], [0, 0], troubles(result))
    t.regex(result.stdout, /the ring broke for \d+ s while the nodes changed keys; Pacemaker was in maintenance mode/)
    t.deepEqual([await places(), await fencings()], [before, '0 events found\n'])
    const after = await site.run(['site', '--check'], { inventory: withDevices })
    t.deepEqual([after.exitCode, withStatus(after, 'would-change', 'unknown')], [0, []], troubles(after))
  },
)

onLab('the ring is cut: the node with the address wins, and the address is never on two nodes', async t => {
  await site.onAll('apt-get -q -y install --no-install-recommends nftables >/dev/null 2>&1')
  const drilled = await site.run(['drill', '--yes', '--fault', 'cut'], { inventory: withDevices })
  t.is(drilled.exitCode, 0, troubles(drilled))
  const [round] = drilled.events.filter(event => event.event === 'drill-round')
  t.is(round?.duplicate_address_ms, 0)
  t.true(round?.fenced !== undefined && round.fenced !== round.node, `fenced: ${round?.fenced}`)
  t.log(`outage ${round?.outage_ms} ms, fenced after ${round?.fenced_ms} ms`)
})

onLab('fencing is taken away while the cluster serves: it is off before the devices go', async t => {
  const inventory = await withoutDevices()
  const plan = await site.run(['fencing', '--check'], { inventory })
  const effects = tasksOf(plan).flatMap(({ effects: all = [] }) => all)
  t.true(
    effects.some(effect => effect.includes('two nodes can have the floating IP at once')),
    effects.join('; '),
  )
  const { result, failed } = await whileServing(async () => site.run(['fencing'], { inventory }))
  t.deepEqual([result.exitCode, failed], [0, 0], troubles(result))
  t.deepEqual(withStatus(result, 'changed'), ['fencing: fencing is off', 'fencing: no fencing devices'])
  const now = await configuration()
  t.regex(now, /name="stonith-enabled" value="false"/)
  t.notRegex(now, /stonith:|class="stonith"|plug1/)
})

/** The same steps each time, so that a failure is not one of another day; `HA_RUN_SEED` tries others. */
const seed = Number(process.env['HA_RUN_SEED'] ?? 20261129)

// `npm run test:faults` does this for longer, with longer faults.
onLab(`random faults and runs for a minute, beside another writer of the CIB, lose nothing: seed ${seed}`, async t => {
  const result = await soak(site, { seed, minutes: 1, longestSeconds: 8, report: line => t.log(line) })
  t.deepEqual(result.lost, [])
  t.true(result.steps > 0)
})
