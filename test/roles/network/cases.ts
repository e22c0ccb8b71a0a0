import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import type { z } from 'zod'

/** The data cases in a folder of test/cases/network, by name. ava runs in the project's root. */
export function casesIn<Case>(folder: string, schema: z.ZodType<Case>): [name: string, data: Case][] {
  const path = join('test', 'cases', 'network', folder)
  return readdirSync(path)
    .toSorted()
    .map(file => [`${folder}/${file}`, schema.parse(load(readFileSync(join(path, file), 'utf8')))])
}
