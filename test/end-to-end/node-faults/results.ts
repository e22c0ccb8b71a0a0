import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { cells, writeTable } from '../page-table.js'

/** What faults of nodes have shown, in results.json: for each fault, the runs that it happened to; and the table of docs/reliability.md. */

const resultSchema = z.strictObject({
  date: z.string(),
  moments: z.number(),
  /** Where the run did not end rightly, or the next runs did not put everything right, and what was wrong. */
  lost: z.array(z.string()),
  /** How often the runs ended with an exit code; `killed` if it had none. */
  exits: z.record(z.string(), z.number()),
  /** Moments after which a single run was enough. */
  withOne: z.number(),
  /** Seconds from the fault to the end of the slowest run. */
  slowestEndSeconds: z.number(),
})
const resultsSchema = z.record(z.string(), z.record(z.string(), resultSchema))

export type FaultResult = z.infer<typeof resultSchema>
type Results = z.infer<typeof resultsSchema>

const file = 'test/end-to-end/node-faults/results.json'
const page = 'docs/reliability.md'

/** Keeps what a fault of a scenario's runs has shown beside the others, and writes the page's table. */
export async function keepFaultResult(fault: string, scenario: string, result: FaultResult): Promise<void> {
  const results = resultsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  results[fault] = { ...results[fault], [scenario]: result }
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  await writeTable(page, 'node-faults', table(results))
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)

function table(results: Results): string {
  const rows = Object.entries(results)
  return [
    cells([
      'fault',
      'runs',
      'moments',
      'exit codes',
      'slowest end after the fault',
      'put right by one run',
      'by the next runs',
      'lost',
      'tried on',
    ]),
    cells(['---', '---', '--:', '---', '--:', '--:', '--:', '--:', '---']),
    ...rows.map(([name, runs]) => {
      const all = Object.values(runs)
      const moments = sum(all.map(each => each.moments))
      const lost = sum(all.map(each => each.lost.length))
      const withOne = sum(all.map(each => each.withOne))
      const exits = new Map<string, number>()
      for (const each of all)
        for (const [code, count] of Object.entries(each.exits)) exits.set(code, (exits.get(code) ?? 0) + count)
      return cells([
        name,
        Object.keys(runs).join(', '),
        String(moments),
        [...exits]
          .toSorted(([one], [other]) => one.localeCompare(other))
          .map(([code, count]) => `${code} (${count})`)
          .join(', '),
        `${Math.max(...all.map(each => each.slowestEndSeconds))} s`,
        String(withOne),
        String(moments - withOne - lost),
        String(lost),
        all.map(({ date }) => date).toSorted()[0]!,
      ])
    }),
    ...rows.flatMap(([name, runs]) =>
      Object.entries(runs).flatMap(([run, { lost }]) => lost.map(text => `- ${name}, ${run}, ${text}\n`)),
    ),
  ].join('')
}
