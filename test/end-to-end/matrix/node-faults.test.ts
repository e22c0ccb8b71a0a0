import test from 'ava'
import { down, type LabNode } from '../../../runner/lab/index.js'
import { reason, title } from '../availability.js'
import { LabSite } from '../site-harness.js'
import { audit, type Audit } from '../kills/audit.js'
import { boundariesOf, spread, type Change, type Moment } from '../kills/moments.js'
import { scenarios, type Scenario } from '../kills/scenarios.js'
import { changesOf, progress, start } from '../kills/trials.js'
import { faults, type Fault } from '../node-faults/faults.js'
import { keepFaultResult, type FaultResult } from '../node-faults/results.js'
import { tryFault } from '../node-faults/trial.js'

/**
 * A node is lost, or cannot work, at boundaries between the tasks of a run; the run must end rightly, and the next one must put everything
 * right. HA_RUN_ROWS selects faults by their names, and HA_RUN_RUNS what runs, as regular expressions; HA_RUN_MOMENTS is how many moments are
 * tried. The table is in docs/reliability.md.
 */
const selectedFaults = new RegExp(process.env['HA_RUN_ROWS'] ?? '')
const selectedRuns = new RegExp(process.env['HA_RUN_RUNS'] ?? '')

const usualRuns = ['drift repair', 'live reload', 'encryption off and on again', 'rolling restart', 'key rotation']
/** How many moments of a run each fault has. */
const usualMost = Number(process.env['HA_RUN_MOMENTS'] ?? 3)

for (const scenario of scenarios.filter(({ name }) => selectedRuns.test(name))) {
  const own = faults.filter(({ name, runs = usualRuns }) => selectedFaults.test(name) && runs.includes(scenario.name))
  if (own.length > 0) declareScenario(scenario, own)
}

/** All faults of a scenario's runs, on one lab. */
function declareScenario(scenario: Scenario, own: Fault[]): void {
  const site = new LabSite('node-faults', scenario.nodes, scenario.extras)
  const takeDown = async () => down({ name: site.lab.name, report: () => {} })
  let before: Audit = {}
  let changes: Change[] = []
  const declareTest = reason === null ? test.serial : test.serial.skip
  for (const [at, fault] of own.entries()) {
    declareTest(title(`${scenario.name}: ${fault.name}`), async t => {
      t.timeout(60 * 60_000)
      if (changes.length === 0) {
        await start(site, scenario)
        before = scenario.built ? await audit(site) : {}
        changes = await changesOf(site, scenario)
      }
      const result: FaultResult = {
        date: new Date().toISOString().slice(0, 10),
        moments: 0,
        lost: [],
        exits: {},
        withOne: 0,
        slowestEndSeconds: 0,
      }
      // A fault that is tried at few moments has others than the fault before it.
      const moments = spread(rotated(boundariesOf(changes), at), Math.min(fault.most ?? usualMost, usualMost))
      for (const [index, moment] of moments.entries()) {
        const node = site.lab.nodes[(at + index) % site.lab.nodes.length]!
        await start(site, scenario)
        await tryAndCount(site, scenario, fault, moment, node, before, result)
      }
      if (result.moments > 0) await keepFaultResult(fault.name, scenario.name, result)
      t.deepEqual(result.lost, [])
      t.true(result.moments > 0)
    })
  }
  if (reason !== null) return
  test.serial(`${scenario.name}: its lab is taken down`, async t => {
    await takeDown()
    t.pass()
  })
  test.after.always(takeDown)
}

const rotated = <T>(all: T[], by: number): T[] => [...all.slice(by % all.length), ...all.slice(0, by % all.length)]

async function tryAndCount(
  site: LabSite,
  scenario: Scenario,
  fault: Fault,
  moment: Moment,
  node: LabNode,
  before: Audit,
  result: FaultResult,
): Promise<void> {
  const what = `${scenario.name}, ${moment.title}, ${node.name}: ${fault.name}`
  const around = fault.around ?? (async (_, work) => work({}))
  await around(site, async options => {
    const tried = await tryFault(site, { scenario, fault, moment, node, before, options })
    if (!tried) {
      progress(`${what}: the run was over before`)
      return
    }
    const { wrong, exitCode, endSeconds, runs } = tried
    const code = exitCode ?? 'killed'
    progress(`${what}: exit code ${code} after ${endSeconds} s; ${wrong.join('; ') || `put right by ${runs} run(s)`}`)
    result.moments += 1
    result.exits[code] = (result.exits[code] ?? 0) + 1
    result.slowestEndSeconds = Math.max(result.slowestEndSeconds, endSeconds)
    if (wrong.length > 0) result.lost.push(`${moment.title}, ${node.name}: ${wrong.join('; ').slice(0, 600)}`)
    else if (runs === 1) result.withOne += 1
  })
}
