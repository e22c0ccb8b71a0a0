import { readdirSync, readFileSync } from 'node:fs'
import { load } from 'js-yaml'

const root = new URL('../../../test/cases/cluster/', import.meta.url)

/** The folders of cases. */
export function folders(): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** The cases in a folder, each with its name. What a case holds is for its reader to say. */
export function casesIn(folder: string) {
  const files = readdirSync(new URL(`${folder}/`, root))
    .filter(file => file.endsWith('.yml'))
    .sort()
  return files.map(file => ({
    name: file.replace(/\.yml$/, ''),
    data: plain(load(readFileSync(new URL(`${folder}/${file}`, root), 'utf8'))),
  }))
}

/** As a case file can write it: maps as objects, nothing where something is undefined. */
export function plain(value: unknown) {
  const json = JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? Object.fromEntries(part) : part))
  return JSON.parse(json)
}
