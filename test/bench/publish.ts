import { readFile, writeFile } from 'node:fs/promises'
import { picture } from './picture.js'
import { merged, pictureFile, readmeFile, resultsFile, type Results } from './results.js'
import { table } from './table.js'

/** The markers between which the README's table stands. */
const begin = '<!-- bench -->'
const end = '<!-- /bench -->'

/** The README with these results in it. @throws Error for one that has no place for them. */
export function withTable(readme: string, results: Results): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the README has no ${begin} … ${end}`)
  return `${readme.slice(0, from + begin.length)}\n${table(results)}${readme.slice(to)}`
}

/** Writes all that shows results. @returns those of this time together with those kept. */
export async function publish(old: Results | undefined, fresh: Results): Promise<Results> {
  const results = merged(old, fresh)
  await writeFile(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`)
  await writeFile(pictureFile, picture(results))
  await writeFile(readmeFile, withTable(await readFile(readmeFile, 'utf8'), results))
  return results
}
