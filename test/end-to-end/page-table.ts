import { readFile, writeFile } from 'node:fs/promises'

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->` in a page of docs/. @throws Error if the page has no such place. */
export async function writeTable(page: string, name: string, table: string): Promise<void> {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const [before, rest] = (await readFile(page, 'utf8')).split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`${page} has no place for the table ${name}`)
  await writeFile(page, `${before}${begin}${table}${end}${after}`)
}

/** A row of a table of Markdown. */
export const cells = (texts: string[]) => `| ${texts.join(' | ')} |\n`
