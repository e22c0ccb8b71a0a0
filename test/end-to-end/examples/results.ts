import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { cells, writeTable } from '../page-table.js'

/** What the examples have shown, in results.json; and the table of docs/examples.md, made from it. */

const resultsSchema = z.record(z.string(), z.strictObject({ date: z.string(), rows: z.record(z.string(), z.string()) }))

const file = 'test/end-to-end/examples/results.json'

/** Keeps what an example has shown beside what the others have, and writes the page. */
export async function keepResults(example: string, rows: Record<string, string>): Promise<void> {
  const before = resultsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  const results = { ...before, [example]: { date: new Date().toISOString().slice(0, 10), rows } }
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  const lines = Object.entries(results).toSorted(([one], [other]) => (one < other ? -1 : 1))
  await writeTable(
    'docs/examples.md',
    'results',
    [
      cells(['example', 'what happens', 'seen', 'on']),
      cells(['---', '---', '---', '---']),
      ...lines.flatMap(([name, { date, rows: seen }]) =>
        Object.entries(seen).map(([what, text]) => cells([name, what, text, date])),
      ),
    ].join(''),
  )
}

export const seconds = (ms: number) => (ms === 0 ? 'no outage' : `outage ${(ms / 1000).toFixed(1)} s`)
