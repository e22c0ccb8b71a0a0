import type { LabNode } from '../../../runner/lab/index.js'
import type { MachineEvent } from '../../../runner/engine/events.js'
import { audit, faultsIn, type Audit } from '../kills/audit.js'
import { runUntil, type Ended, type Moment, type RunningProcess, type RunOptions } from '../kills/moments.js'
import type { Scenario } from '../kills/scenarios.js'
import { inventoryOf, succeeds, succeedsSoon } from '../kills/trials.js'
import type { LabSite } from '../site-harness.js'
import type { Fault } from './faults.js'

/** What one fault has led to. */
export interface Tried {
  /** What was wrong; empty if all was well. */
  wrong: string[]
  exitCode: number | null
  /** Seconds from the fault to the end of the run. */
  endSeconds: number
  /** Runs that were needed once the fault was over. */
  runs: number
}

/** A lost node is noticed after 20 s at most; what waits for its daemons meanwhile, and the clean-up, have time-outs of their own. */
const longestEndSeconds = 600

/**
 * Has a fault happen at a moment of a run, ends it once the run is over, and has the next runs put everything right.
 *
 * @returns undefined if the run ended before the moment came.
 */
export async function tryFault(
  site: LabSite,
  {
    scenario,
    fault,
    moment,
    node,
    before,
    options,
  }: {
    scenario: Scenario
    fault: Fault
    moment: Moment
    node: LabNode
    before: Audit
    options: RunOptions
  },
): Promise<Tried | undefined> {
  await scenario.prepare?.(site)
  await fault.prepare?.(site, node)
  try {
    const inventory = await inventoryOf(site, scenario)
    const act = async (process: RunningProcess) => fault.act(site, node, process)
    const run = await runUntil(site, scenario.words, inventory, { moment, act }, options)
    const wrong = run.hasCome ? wrongIn(run, fault, node) : []
    try {
      // The lock of a killed run is no obstacle, although a node of it is lost.
      if (run.hasCome && fault.outcome === 'killed')
        wrong.push(...wrongIn(await nextRun(site, scenario, inventory), lostFault, node))
    } finally {
      await fault.mend(site, node)
    }
    if (!run.hasCome) return undefined
    const tried: Tried = { wrong, exitCode: run.exitCode, endSeconds: run.seconds, runs: 0 }
    try {
      tried.runs = await succeedsSoon(site, scenario.again ?? ['site'], inventory)
      await succeeds(site, ['site', '--check'], inventory)
      wrong.push(...faultsIn(before, await audit(site), { keepsKey: !scenario.changesKey }))
    } catch (error) {
      wrong.push((error as Error).message)
    }
    return tried
  } finally {
    await fault.leave?.(site, node)
  }
}

const lostFault: Pick<Fault, 'outcome'> = { outcome: 'lost' }

/** A run beside which the node is lost. */
async function nextRun(site: LabSite, scenario: Scenario, inventory: string): Promise<Ended> {
  return runUntil(site, [...(scenario.again ?? ['site']), '--wait', '90'], inventory)
}

/** What is wrong with how a run has ended, as sentences. */
export function wrongIn(
  { exitCode, events, seconds }: Pick<Ended, 'exitCode' | 'events' | 'seconds'>,
  { outcome, cause }: Pick<Fault, 'outcome' | 'cause'>,
  { name }: Pick<LabNode, 'name'>,
): string[] {
  if (outcome === 'killed') return exitCode === null ? [] : [`exit code ${exitCode}, although it was killed`]
  const expected = { lost: [2, 4], failed: [0, 2], finished: [0] }[outcome]
  const texts = events.flatMap(textsOf)
  const isNamed = texts.some(text => text.includes(name))
  const failed = texts.map(text => text.slice(0, 300)).join('; ')
  return [
    ...(exitCode !== null && expected.includes(exitCode) ? [] : [`exit code ${exitCode}: ${failed}`]),
    ...(exitCode === 0 || isNamed ? [] : [`${name} is not named: ${failed}`]),
    ...(exitCode === 0 || !cause || texts.some(text => cause.test(text)) ? [] : [`not the cause: ${failed}`]),
    ...(events.some(event => 'error' in event && event.error?.isDefect) ? [`called a defect: ${failed}`] : []),
    ...(seconds > longestEndSeconds ? [`ended ${seconds} s after the fault`] : []),
  ]
}

/** What a run says has failed, and where. */
function textsOf(event: MachineEvent): string[] {
  if (!('status' in event) && event.event !== 'error') return []
  if ('status' in event && event.status !== 'failed' && event.status !== 'unreachable') return []
  return [JSON.stringify(event)]
}
