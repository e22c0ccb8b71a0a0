import { probing } from '../http-probe.js'
import { audit, faultsIn, type Audit } from '../kills/audit.js'
import { succeedsSoon } from '../kills/trials.js'
import type { LabSite } from '../site-harness.js'
import { stepsOf, take, titleOf } from './steps.js'
import { SecondWriter } from './writer.js'

/** What a soak has shown. */
export interface Soaked {
  steps: number
  /** Steps after which a single run has put everything right. */
  withOne: number
  /** Steps after which something was wrong, and what. */
  lost: string[]
  /** Changes of the CIB by the second writer that Pacemaker has acknowledged. */
  written: number
  /** The longest time in ms for which the page was not served. */
  longestMs: number
}

/**
 * Random faults and runs, one after the other, while somebody else writes to the CIB and the page is requested all the time. After each
 * step, ha-run must put everything right, with one run, or with more while a node boots.
 *
 * @param seed - the same one gives the same steps.
 * @param minutes - no step begins later.
 * @param longestSeconds - how long a fault lasts at most.
 * @param report - gets a line for each step.
 */
export async function soak(
  site: LabSite,
  {
    seed,
    minutes,
    longestSeconds = 40,
    report,
  }: { seed: number; minutes: number; longestSeconds?: number; report: (line: string) => void },
): Promise<Soaked> {
  const first = await putRight(site, report)
  if (first.trouble !== '') throw new Error(`before the first step: ${first.trouble}`)
  const before = await audit(site)
  const writer = new SecondWriter(site)
  const result: Soaked = { steps: 0, withOne: 0, lost: [], written: 0, longestMs: 0 }
  const began = performance.now()
  try {
    for (const step of stepsOf(seed, 10_000, longestSeconds)) {
      if (performance.now() - began > minutes * 60_000) break
      const title = `${result.steps + 1}. ${titleOf(step, site)}`
      let outcome = { runs: 0, faults: [''] }
      const { longest } = await probing(site.lab.name, async () => {
        await take(step, site)
        outcome = await afterStep(site, before, writer, report)
      })
      const { runs, faults } = outcome
      const verdict = faults.join('; ') || `put right by ${runs === 1 ? 'one run' : `${runs} runs`}`
      report(`${title}: ${verdict}; no page for ${(longest / 1000).toFixed(1)} s`)
      if (faults.length > 0) {
        result.lost.push(`${title}: ${faults.join('; ').slice(0, 500)}`)
        report(await evidence(site))
      }
      if (faults.length === 0 && runs === 1) result.withOne += 1
      result.steps += 1
      result.longestMs = Math.max(result.longestMs, longest)
    }
  } finally {
    await writer.end()
  }
  return { ...result, written: writer.acknowledged }
}

/** What explains a loss, before the next step changes it: each node's view, and what its daemons have logged. */
async function evidence(site: LabSite): Promise<string> {
  const script = 'date; crm_mon -1 -rfnt; journalctl -o short-precise --no-pager -n 200 -u corosync -u pacemaker'
  const texts = await Promise.all(
    site.lab.nodes.map(({ name }) => site.on(name, script, 60).catch((error: Error) => error.message)),
  )
  return site.lab.nodes.map(({ name }, at) => `--- ${name}\n${texts[at]}`).join('\n')
}

/** @returns how many runs it took, and what is wrong nevertheless. */
async function afterStep(
  site: LabSite,
  before: Audit,
  writer: SecondWriter,
  report: (line: string) => void,
): Promise<{ runs: number; faults: string[] }> {
  const { acknowledged } = writer
  const { runs, trouble } = await putRight(site, report)
  if (trouble !== '') return { runs, faults: [trouble] }
  const [after, kept] = await writer.paused(async () => [await audit(site), await writer.read('node1')] as const)
  const faults = faultsIn(before, after, { keepsKey: false })
  if (kept < acknowledged)
    faults.push(`the CIB has ${kept} of a second writer, who was told that ${acknowledged} is in it`)
  return { runs, faults }
}

/** Runs `site` until it succeeds. @returns how many runs that took, and what was wrong with the last one. */
async function putRight(site: LabSite, report: (line: string) => void): Promise<{ runs: number; trouble: string }> {
  const onFailure = (message: string) => report(`   not yet: ${message.slice(0, 300)}`)
  try {
    return { runs: await succeedsSoon(site, ['site'], site.lab.inventory, onFailure), trouble: '' }
  } catch (error) {
    return { runs: 0, trouble: (error as Error).message }
  }
}
