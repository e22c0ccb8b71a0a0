import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { cells, writeTable } from '../page-table.js'
import { rows } from './rows.js'
import { titles, type StepName } from './steps.js'

/** What the rows have shown, in results.json; and the tables of docs/releases.md, made from it. */

const resultSchema = z.strictObject({
  date: z.string(),
  /** Release, versions, kernel and network manager of each node, each once. */
  machines: z.array(z.string()),
  /** Seconds of each step, or why it failed. A step behind a failed one was not tried. */
  steps: z.record(z.string(), z.union([z.number(), z.string()])),
})
const resultsSchema = z.record(z.string(), resultSchema)

export type RowResult = z.infer<typeof resultSchema>
export type Results = z.infer<typeof resultsSchema>

const file = 'test/end-to-end/releases/results.json'
const page = 'docs/releases.md'

export async function readResults(): Promise<Results> {
  return resultsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
}

/** Keeps a row's result beside the others', and writes the page's tables. */
export async function keepResult(row: string, result: RowResult): Promise<void> {
  const results = { ...(await readResults()), [row]: result }
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  await writeTable(page, 'results', tables(results))
}

/** One table of what passed, and one of the machines; the rows in their own order. */
export function tables(results: Results): string {
  const tried = rows.flatMap(({ name, steps }) => {
    const result = results[name]
    return result ? [{ name, planned: steps, result }] : []
  })
  const columns = (Object.keys(titles) as StepName[]).filter(step =>
    tried.some(({ planned }) => planned.includes(step)),
  )
  const cell = (step: StepName, { planned, result }: (typeof tried)[number]) => {
    const outcome = result.steps[step]
    if (typeof outcome === 'number') return `${outcome} s`
    if (outcome !== undefined) return '**failed**'
    return planned.includes(step) ? 'not tried' : ''
  }
  const failures = tried.flatMap(({ name, result }) =>
    Object.entries(result.steps).flatMap(([step, outcome]) =>
      typeof outcome === 'string' ? [`- ${name}, ${step}: ${outcome}\n`] : [],
    ),
  )
  return [
    cells(['machines', ...columns.map(step => titles[step])]),
    cells(['---', ...columns.map(() => '--:')]),
    ...tried.map(row => cells([row.name, ...columns.map(step => cell(step, row))])),
    ...(failures.length === 0 ? [] : ['\n', ...failures]),
    '\n',
    cells(['machines', 'tried on', 'with']),
    cells(['---', '---', '---']),
    ...tried.map(({ name, result }) => cells([name, result.date, result.machines.join('; ')])),
  ].join('')
}
