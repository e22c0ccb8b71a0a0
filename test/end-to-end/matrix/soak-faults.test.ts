import { readFile, writeFile } from 'node:fs/promises'
import { progress as report } from '../kills/trials.js'
import { labSite } from '../site-harness.js'
import { soak, type Soaked } from '../soak/soak.js'

/**
 * Random faults and runs on two nodes with fencing. HA_RUN_SOAK: minutes (5 if left out); HA_RUN_SEED: repeats the steps of an earlier soak.
 */
const minutes = Number(process.env['HA_RUN_SOAK'] ?? 5)
const seed = Number(process.env['HA_RUN_SEED'] ?? Date.now() % 1_000_000)

const { site, onLab } = labSite('soak', 2, { layout: 'single' }, { plugs: true })

onLab(`${minutes} minutes of faults and runs, seed ${seed}`, async t => {
  t.timeout((minutes + 45) * 60_000)
  const result = await soak(site, { seed, minutes, report })
  t.log(`seed ${seed}: ${result.steps} steps, ${result.written} changes of the CIB by a second writer`)
  await note(result)
  t.deepEqual(result.lost, [])
})

const page = 'docs/reliability.md'
const end = '<!-- /soak -->'

/** Adds a row to the table of docs/reliability.md. */
async function note({ steps, withOne, lost, longestMs }: Soaked): Promise<void> {
  const cells = [
    new Date().toISOString().slice(0, 10),
    `${minutes} min`,
    seed,
    steps,
    withOne,
    steps - lost.length - withOne,
    lost.length,
    `${Math.round(longestMs / 1000)} s`,
  ]
  await writeFile(page, (await readFile(page, 'utf8')).replace(end, `| ${cells.join(' | ')} |\n${end}`))
}
