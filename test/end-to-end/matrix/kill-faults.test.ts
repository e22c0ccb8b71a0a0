import test from 'ava'
import { down, up } from '../../../runner/lab/index.js'
import { reason, title } from '../availability.js'
import { bringUp, LabSite, troubles } from '../site-harness.js'
import { audit, faultsIn, type Audit } from '../kills/audit.js'
import { momentsOf, runUntil, spread, type Moment } from '../kills/moments.js'
import { keepResult, type ScenarioResult } from '../kills/results.js'
import { scenarios, type Scenario } from '../kills/scenarios.js'
import { withRelease } from '../release.js'

/**
 * ha-run is killed (SIGKILL) behind every task that has changed something, and within each; then the next run must put
 * everything right. HA_RUN_ROWS selects scenarios by their names, as a regular expression. The table is in docs/reliability.md.
 */
const selected = new RegExp(process.env['HA_RUN_ROWS'] ?? '')

/** ava itself prints a test when it is over. */
const progress = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

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
      for (const moment of spread(momentsOf(changes), scenario.most)) {
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

const isUp = new WeakSet<LabSite>()

/** The cluster as the scenario wants it: new bare nodes, or the lab's own cluster, with what the run is to change. */
async function start(site: LabSite, scenario: Scenario): Promise<void> {
  const report = () => {}
  if (!scenario.built) {
    await down({ name: site.lab.name, report })
    await up({ name: site.lab.name, count: scenario.nodes, yes: true, report, ...withRelease, ...site.extras })
    return
  }
  if (!isUp.has(site)) {
    await bringUp(site, scenario.built, progress)
    isUp.add(site)
  }
  await succeeds(site, scenario.again ?? ['site'], site.lab.inventory)
}

const inventoryOf = async (site: LabSite, { inventory }: Scenario) => inventory?.(site) ?? site.lab.inventory

/** What the run changes if nobody kills it. */
async function changesOf(site: LabSite, scenario: Scenario) {
  await scenario.prepare?.(site)
  const { changes, exitCode } = await runUntil(site, scenario.words, await inventoryOf(site, scenario))
  if (exitCode !== 0) throw new Error(`without a kill: exit code ${exitCode}`)
  return changes
}

/** @returns what is wrong after the next run, and how many seconds that took; undefined if the run ended before the moment came. */
async function killedAt(
  site: LabSite,
  scenario: Scenario,
  moment: Moment,
  before: Audit,
): Promise<{ faults: string[]; seconds: number } | undefined> {
  await scenario.prepare?.(site)
  const inventory = await inventoryOf(site, scenario)
  if ((await runUntil(site, scenario.words, inventory, moment)).exitCode !== null) return undefined
  const began = performance.now()
  try {
    // What its sessions were at on the nodes ends by itself, and until then the lock is theirs.
    await site.onAll('for lock in /run/lock/ha-run.*; do [ ! -e "$lock" ] || flock -w 120 "$lock" true; done')
    await succeeds(site, scenario.again ?? ['site'], inventory)
    const seconds = Math.round((performance.now() - began) / 1000)
    await succeeds(site, ['site', '--check'], inventory)
    return { faults: faultsIn(before, await audit(site), { keepsKey: !scenario.changesKey }), seconds }
  } catch (error) {
    return { faults: [(error as Error).message], seconds: Math.round((performance.now() - began) / 1000) }
  }
}

async function succeeds(site: LabSite, words: string[], inventory: string): Promise<void> {
  const run = await site.run(words, { inventory, seconds: 400 })
  if (run.exitCode !== 0) throw new Error(`${words.join(' ')}: exit code ${run.exitCode}: ${troubles(run)}`)
}
