import { setTimeout as sleep } from 'node:timers/promises'
import { readFile, writeFile } from 'node:fs/promises'
import { audit, faultsIn } from '../kills/audit.js'
import { labSite, troubles } from '../site-harness.js'
import { stepsOf, take, titleOf } from '../soak/steps.js'
import { SecondWriter } from '../soak/writer.js'

/**
 * Random faults and runs, one after the other, on two nodes with fencing, while somebody else writes to the CIB. After each step, ha-run
 * must put everything right, with one run, or with more while a node boots. HA_RUN_SOAK: minutes (5 if left out); HA_RUN_SEED: repeats the steps of an earlier soak.
 */
const minutes = Number(process.env['HA_RUN_SOAK'] ?? 5)
const seed = Number(process.env['HA_RUN_SEED'] ?? Date.now() % 1_000_000)

const { site, onLab } = labSite('soak', 2, { layout: 'single' }, { plugs: true })

/** ava itself prints a test when it is over. */
const progress = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

/** A node that was fenced boots for some seconds, and a link that was cut is up only after some answers: then the next run is right. */
const attempts = 6
const pauseMs = 5000

async function putRight(): Promise<{ runs: number; trouble: string }> {
  let trouble = ''
  for (let runs = 1; runs <= attempts; runs += 1) {
    const run = await site.run(['site'], { seconds: 400 })
    if (run.exitCode === 0) return { runs, trouble: '' }
    trouble = `exit code ${run.exitCode}: ${troubles(run)}`
    await sleep(pauseMs)
  }
  return { runs: attempts, trouble }
}

onLab(`${minutes} minutes of faults and runs, seed ${seed}`, async t => {
  t.timeout((minutes + 15) * 60_000)
  const first = await putRight()
  t.is(first.trouble, '')
  const before = await audit(site)
  const writer = new SecondWriter(site)
  const lost: string[] = []
  const began = performance.now()
  let done = 0
  let withOne = 0
  try {
    for (const step of stepsOf(seed, 10_000)) {
      if (performance.now() - began > minutes * 60_000) break
      const title = `${done + 1}. ${titleOf(step, site)}`
      await take(step, site)
      const { acknowledged } = writer
      const { runs, trouble } = await putRight()
      const faults = trouble === '' ? faultsIn(before, await audit(site), { keepsKey: false }) : [trouble]
      const kept = trouble === '' ? await writer.read('node1') : acknowledged
      if (kept < acknowledged)
        faults.push(`the CIB has ${kept} of a second writer, who was told that ${acknowledged} is in it`)
      progress(`${title}: ${faults.join('; ') || `put right by ${runs === 1 ? 'one run' : `${runs} runs`}`}`)
      if (faults.length > 0) lost.push(`${title}: ${faults.join('; ').slice(0, 500)}`)
      done += 1
      if (faults.length === 0 && runs === 1) withOne += 1
    }
  } finally {
    await writer.end()
  }
  t.log(`seed ${seed}: ${done} steps, ${writer.acknowledged} changes of the CIB by a second writer`)
  await note(done, withOne, lost)
  t.deepEqual(lost, [])
})

const page = 'docs/reliability.md'
const end = '<!-- /soak -->'

/** Adds a row to the table of docs/reliability.md. */
async function note(steps: number, withOne: number, lost: string[]): Promise<void> {
  const row = `| ${new Date().toISOString().slice(0, 10)} | ${minutes} min | ${seed} | ${steps} | ${withOne} | ${steps - lost.length - withOne} | ${lost.length} |\n`
  await writeFile(page, (await readFile(page, 'utf8')).replace(end, row + end))
}
