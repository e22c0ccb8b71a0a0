import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { cells, writeTable } from '../page-table.js'

/** What the kills have shown, in results.json; and the table of docs/reliability.md, made from it. */

const resultSchema = z.strictObject({
  date: z.string(),
  moments: z.number(),
  /** Where the next run did not put everything right, and what was wrong. */
  lost: z.array(z.string()),
  /** Seconds of the slowest run after a kill, the wait for the killed run's lock included. */
  slowestSeconds: z.number(),
})
const resultsSchema = z.record(z.string(), resultSchema)

export type ScenarioResult = z.infer<typeof resultSchema>
export type Results = z.infer<typeof resultsSchema>

const file = 'test/end-to-end/kills/results.json'
const page = 'docs/reliability.md'

/** Keeps a scenario's result beside the others', and writes the page's table. */
export async function keepResult(scenario: string, result: ScenarioResult): Promise<void> {
  const results = { ...resultsSchema.parse(JSON.parse(await readFile(file, 'utf8'))), [scenario]: result }
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  await writeTable(page, 'kills', table(results))
}

export function table(results: Results): string {
  const rows = Object.entries(results)
  return [
    cells(['run', 'killed at', 'finished by the next run', 'lost', 'slowest next run', 'tried on']),
    cells(['---', '--:', '--:', '--:', '--:', '---']),
    ...rows.map(([name, { date, moments, lost, slowestSeconds }]) =>
      cells([
        name,
        `${moments} moments`,
        String(moments - lost.length),
        String(lost.length),
        `${slowestSeconds} s`,
        date,
      ]),
    ),
    ...rows.flatMap(([name, { lost }]) => lost.map(text => `- ${name}, ${text}\n`)),
  ].join('')
}
