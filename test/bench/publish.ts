import { readFile, writeFile } from 'node:fs/promises'
import { picture } from './picture.js'
import { merged, pictureFile, pageFile, resultsFile, type Results } from './results.js'
import { table } from './table.js'

/** The markers around the tables of docs/benchmark.md. */
const begin = '<!-- bench -->'
const end = '<!-- /bench -->'

/** The page with these results between its markers. @throws Error if the page has no markers. */
export function withTable(page: string, results: Results): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/benchmark.md has no ${begin} … ${end}`)
  return `${page.slice(0, from + begin.length)}\n${table(results)}${page.slice(to)}`
}

/** Writes all that shows results. @returns those of this time together with those kept. */
export async function publish(old: Results | undefined, fresh: Results): Promise<Results> {
  const results = merged(old, fresh)
  await writeFile(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`)
  await writeFile(pictureFile, picture(results))
  await writeFile(pageFile, withTable(await readFile(pageFile, 'utf8'), results))
  return results
}
