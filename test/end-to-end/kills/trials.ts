import { setTimeout as sleep } from 'node:timers/promises'
import { down, up } from '../../../runner/lab/index.js'
import { withRelease } from '../release.js'
import { bringUp, troubles, type LabSite } from '../site-harness.js'
import { runUntil, type Change } from './moments.js'
import type { Scenario } from './scenarios.js'

/** What trials of a scenario share, whatever happens to its run. */

/** ava itself prints a test when it is over. */
export const progress = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

const isUp = new WeakSet<LabSite>()

/** The cluster as the scenario wants it: new bare nodes, or the lab's own cluster, with what the run is to change. */
export async function start(site: LabSite, scenario: Scenario): Promise<void> {
  const report = () => {}
  const { name } = site.lab
  if (!scenario.built || scenario.once) {
    await down({ name, report })
    if (scenario.built) await bringUp(site, scenario.built, report)
    else await up({ name, count: scenario.nodes, yes: true, report, ...withRelease, ...site.extras })
    return
  }
  if (!isUp.has(site)) {
    await bringUp(site, scenario.built, progress)
    isUp.add(site)
  }
  await succeedsSoon(site, scenario.again ?? ['site'], site.lab.inventory)
}

export const inventoryOf = async (site: LabSite, { inventory }: Scenario) => inventory?.(site) ?? site.lab.inventory

/** What the run changes if nothing happens to it. */
export async function changesOf(site: LabSite, scenario: Scenario): Promise<Change[]> {
  await scenario.prepare?.(site)
  const { changes, exitCode } = await runUntil(site, scenario.words, await inventoryOf(site, scenario))
  if (exitCode !== 0) throw new Error(`without a fault: exit code ${exitCode}`)
  return changes
}

/** @throws Error with the run's failures if it does not end with 0. */
export async function succeeds(site: LabSite, words: string[], inventory: string): Promise<void> {
  const run = await site.run(words, { inventory })
  if (run.exitCode !== 0) throw new Error(`${words.join(' ')}: exit code ${run.exitCode}: ${troubles(run)}`)
}

/** A node that was fenced boots for some seconds, and a link that was cut is up only after some answers: then the next run is right. */
const attempts = 6
const pauseMs = 5000

/**
 * Runs it until it succeeds. An action of Pacemaker that has failed stays on record until an admin has seen it: where a run asks for that, it
 * is cleared.
 *
 * @param onFailure - gets why a run failed that is followed by another one.
 * @returns how many runs that took.
 * @throws Error with the last run's failures if none succeeds.
 */
export async function succeedsSoon(
  site: LabSite,
  words: string[],
  inventory: string,
  onFailure: (message: string) => void = () => {},
): Promise<number> {
  for (let runs = 1; ; runs += 1) {
    try {
      await succeeds(site, words, inventory)
      return runs
    } catch (error) {
      if (runs === attempts) throw error
      onFailure((error as Error).message)
      if ((error as Error).message.includes('crm_resource --cleanup'))
        await site.on(site.lab.nodes[0]!.name, 'crm_resource --cleanup').catch(() => {})
      await sleep(pauseMs)
    }
  }
}
