import test from 'ava'
import { down, up } from '../../../runner/lab/index.js'
import { reason, title } from '../availability.js'
import { keepResult, type RowResult, type Step } from '../fencing/results.js'
import { rows, unprotect, type Row } from '../fencing/rows.js'
import { probing } from '../http-probe.js'
import { LabSite, troubles, type Result } from '../site-harness.js'

/**
 * `npm run test:fencing`: every row of the table in docs/fencing.md, one after the other, each on a lab of its own. HA_RUN_ROWS selects
 * some of them by their names, as a regular expression.
 */
const selected = new RegExp(process.env['HA_RUN_ROWS'] ?? '')

const rowMinutes = 40

/** ava itself prints a test when it is over. */
const progress = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

const describe = `. /etc/os-release; printf '%s' "$PRETTY_NAME"; dpkg-query -W -f ', \${Package} \${Version}' corosync pacemaker`

for (const row of rows.filter(({ name }) => selected.test(name))) {
  const site = new LabSite('fencing-matrix', row.nodes, row.extras)
  const takeDown = async () => down({ name: site.lab.name, report: () => {} })
  const declareTest = reason === null ? test.serial : test.serial.skip
  declareTest(title(row.name), async t => {
    t.timeout(rowMinutes * 60_000)
    const result: RowResult = { date: new Date().toISOString().slice(0, 10), machines: '', steps: {} }
    const step = async (name: Step, run: () => Promise<string>) => {
      progress(`${row.name}: ${name}`)
      try {
        result.steps[name] = await run()
      } catch (error) {
        result.steps[name] = `**failed**: ${error instanceof Error ? error.message.split('\n')[0]?.slice(0, 200) : ''}`
        throw error
      } finally {
        progress(`${row.name}: ${name}: ${result.steps[name]}`)
      }
    }
    try {
      await bringUp(site, row)
      await step('from bare to verified', async () => {
        const began = performance.now()
        succeeded(await site.run(['site']))
        return `${Math.round((performance.now() - began) / 1000)} s`
      })
      result.machines = await site.on('node1', describe)
      const without = await site.inventory('without.yml', unprotect)
      await step('taken away', async () => whileServing(site, async () => site.run(['site'], { inventory: without })))
      await step('added', async () => whileServing(site, async () => site.run(['site'])))
      if (row.extras.plugs) await step('cut', async () => cut(site))
      t.pass()
    } finally {
      await takeDown()
      // Machines that did not come up say nothing about ha-run.
      if (Object.keys(result.steps).length > 0) await keepResult(row.name, result)
    }
  })
  if (reason === null) test.after.always(takeDown)
}

async function bringUp(site: LabSite, { release, extras, name }: Row): Promise<void> {
  const { name: lab, nodes } = site.lab
  await up({
    name: lab,
    count: nodes.length,
    yes: true,
    report: line => progress(`${name}: ${line}`),
    release,
    ...extras,
  })
}

function succeeded(result: Result): void {
  if (result.exitCode !== 0) throw new Error(`exit code ${result.exitCode}: ${troubles(result)}`)
}

/** Runs it while the page is requested. */
async function whileServing(site: LabSite, run: () => Promise<Result>): Promise<string> {
  const probed = await probing(site.lab.name, async () => succeeded(await run()))
  if (probed.failed > 0) throw new Error(`${probed.failed} of ${probed.requests} requests failed`)
  return `0 of ${probed.requests} requests failed`
}

/** The cable of the node with the address is cut. */
async function cut(site: LabSite): Promise<string> {
  await site.onAll('apt-get -q -y install --no-install-recommends nftables >/dev/null 2>&1')
  const drilled = await site.run(['drill', '--yes', '--fault', 'cut'])
  succeeded(drilled)
  const [round] = drilled.events.filter(event => event.event === 'drill-round')
  if (round?.duplicate_address_ms !== 0)
    throw new Error(`the address was on two nodes for ${round?.duplicate_address_ms} ms`)
  const seconds = (ms: number | undefined) => (ms === undefined ? '?' : `${(ms / 1000).toFixed(1)} s`)
  return `${round.fenced} fenced after ${seconds(round.fenced_ms)}, outage ${seconds(round.outage_ms)}, both held: never`
}
