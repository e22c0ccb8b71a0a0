import test from 'ava'
import { down } from '../../../runner/lab/index.js'
import { reason, title } from '../availability.js'
import { LabSite } from '../site-harness.js'
import { audit, faultsIn, type Audit } from '../kills/audit.js'
import { killAt, momentsOf, runUntil, spread, type Moment } from '../kills/moments.js'
import { keepResult, type ScenarioResult } from '../kills/results.js'
import { scenarios, type Scenario } from '../kills/scenarios.js'
import { changesOf, inventoryOf, progress, start, succeeds } from '../kills/trials.js'

/**
 * ha-run is killed (SIGKILL) behind every task that has changed something, and within each; then the next run must put
 * everything right. HA_RUN_ROWS selects scenarios by their names, as a regular expression; HA_RUN_MOMENTS is how many moments of each are tried
 * at most. The table is in docs/reliability.md.
 */
const selected = new RegExp(process.env['HA_RUN_ROWS'] ?? '')
const mostMoments = Number(process.env['HA_RUN_MOMENTS'] ?? Infinity)

for (const scenario of scenarios.filter(({ name }) => selected.test(name))) {
  const site = new LabSite('kills', scenario.nodes, scenario.extras)
  const takeDown = async () => down({ name: site.lab.name, report: () => {} })
  const declareTest = reason === null ? test.serial : test.serial.skip
  declareTest(title(scenario.name), async t => {
    t.timeout(60 * 60_000)
    const result: ScenarioResult = {
      date: new Date().toISOString().slice(0, 10),
      moments: 0,
      lost: [],
      slowestSeconds: 0,
    }
    try {
      await start(site, scenario)
      const before = scenario.built ? await audit(site) : {}
      const changes = await changesOf(site, scenario)
      const moments = momentsOf(changes).filter(({ title: text }) => scenario.only?.test(text) ?? true)
      for (const moment of spread(moments, Math.min(scenario.most, mostMoments))) {
        await start(site, scenario)
        const outcome = await killedAt(site, scenario, moment, before)
        if (!outcome) {
          progress(`${scenario.name}, ${moment.title}: the run was over before`)
          continue
        }
        const { faults, seconds } = outcome
        result.moments += 1
        result.slowestSeconds = Math.max(result.slowestSeconds, seconds)
        if (faults.length > 0) result.lost.push(`${moment.title}: ${faults.join('; ').slice(0, 500)}`)
        progress(`${scenario.name}, ${moment.title}: ${faults.join('; ') || `finished in ${seconds} s`}`)
      }
      t.deepEqual(result.lost, [])
      t.true(result.moments > 0)
    } finally {
      await takeDown()
      if (result.moments > 0) await keepResult(scenario.name, result)
    }
  })
  if (reason === null) test.after.always(takeDown)
}

/** @returns what is wrong after the next run, and how many seconds that took; undefined if the run ended before the kill could come. */
async function killedAt(
  site: LabSite,
  scenario: Scenario,
  moment: Moment,
  before: Audit,
): Promise<{ faults: string[]; seconds: number } | undefined> {
  await scenario.prepare?.(site)
  const inventory = await inventoryOf(site, scenario)
  const killed = await runUntil(site, scenario.words, inventory, killAt(moment))
  if (!killed.hasCome || killed.exitCode !== null) return undefined
  const began = performance.now()
  try {
    // What its sessions were at on the nodes ends by itself, and until then the lock is theirs; a change of an address is undone by the node.
    await site.onAll(
      'for lock in /run/lock/ha-run.*; do [ ! -e "$lock" ] || flock -w 120 "$lock" true; done; n=240; while [ -e /var/lib/ha-run/address ] && [ $n -gt 0 ]; do sleep 0.5; n=$((n - 1)); done',
    )
    await succeeds(site, scenario.again ?? ['site'], inventory)
    const seconds = Math.round((performance.now() - began) / 1000)
    await succeeds(site, ['site', '--check'], inventory)
    return { faults: faultsIn(before, await audit(site), { keepsKey: !scenario.changesKey }), seconds }
  } catch (error) {
    return { faults: [(error as Error).message], seconds: Math.round((performance.now() - began) / 1000) }
  }
}
