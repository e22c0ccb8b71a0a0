import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { cells, writeTable } from '../page-table.js'
import { rows } from './rows.js'

/** What the rows have shown, in results.json; and the table of docs/fencing.md, made from it. */

export const steps = ['from bare to verified', 'taken away', 'added', 'cut'] as const
export type Step = (typeof steps)[number]

const resultSchema = z.strictObject({
  date: z.string(),
  /** Release and versions of the nodes. */
  machines: z.string(),
  /** What each step has shown, or why it failed. */
  steps: z.partialRecord(z.enum(steps), z.string()),
})
const resultsSchema = z.record(z.string(), resultSchema)
export type RowResult = z.infer<typeof resultSchema>

const file = 'test/end-to-end/fencing/results.json'
const page = 'docs/fencing.md'

/** Keeps a row's result beside the others', and writes the page's table. */
export async function keepResult(row: string, result: RowResult): Promise<void> {
  const results = { ...resultsSchema.parse(JSON.parse(await readFile(file, 'utf8'))), [row]: result }
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  await writeTable(page, 'results', table(results))
}

/** In the order of the rows. */
export function table(results: Record<string, RowResult>): string {
  const tried = rows.flatMap(({ name }) => {
    const result = results[name]
    return result ? [cells([name, ...steps.map(step => result.steps[step] ?? ''), result.date, result.machines])] : []
  })
  return [
    cells(['cluster', ...steps, 'tried on', 'with']),
    cells(['---', ...steps.map(() => '---'), '---', '---']),
    ...tried,
  ].join('')
}
