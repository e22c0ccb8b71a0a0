import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import type { Family } from '../../runner/facts/fact.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { packageState } from '../../runner/facts/packages.js'
import { unitState } from '../../runner/facts/units.js'
import { processOutput } from '../../runner/ssh/outcome.js'

/** A node's output and the values parsed from it: one for each argument, null if there is none. */
const schema = z.strictObject({
  args: z.array(z.string()),
  stdout: z.string().default(''),
  stderr: z.string().default(''),
  exitCode: z.number().default(0),
  values: z.array(z.unknown()).optional(),
  error: z.string().optional(),
})

const families: Record<string, Family<unknown>> = {
  'file-state': fileState('').family,
  'file-text': fileText('').family,
  packages: packageState('').family,
  units: unitState('').family,
}

for (const [name, family] of Object.entries(families)) {
  const folder = join('test', 'cases', 'facts', name)
  for (const file of readdirSync(folder).toSorted()) {
    const { args, stdout, stderr, exitCode, values, error } = schema.parse(
      load(readFileSync(join(folder, file), 'utf8')),
    )
    test(`${name}/${file.replace('.yml', '')}`, t => {
      const parse = () => family.parse(processOutput({ stdout, stderr, exitCode, timedOut: false }), args)
      if (error === undefined)
        t.deepEqual(
          parse().map(value => JSON.parse(JSON.stringify(value ?? null)) as unknown),
          values,
        )
      else t.is(errorOf(parse)?.message, error)
    })
  }
}

/** What is wrong with the whole answer, or with one value of it. */
function errorOf(parse: () => unknown[]): Error | undefined {
  try {
    return parse().find(value => value instanceof Error)
  } catch (error) {
    return error as Error
  }
}
