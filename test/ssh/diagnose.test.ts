import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { ConnectError, lastLines } from '../../runner/errors.js'
import { diagnose, isThrottled } from '../../runner/ssh/diagnose.js'

/** What ssh or sudo wrote, and what people are to read. */
const schema = z.strictObject({
  stderr: z.string().default(''),
  stdout: z.string().optional(),
  exitCode: z.number().default(255),
  signal: z.string().optional(),
  wasReady: z.boolean().default(false),
  says: z.string(),
  /** A word of the hint; absent: there is none. */
  hint: z.string().optional(),
  throttled: z.boolean().default(false),
})

const folder = join('test', 'cases', 'transport', 'diagnose')
for (const file of readdirSync(folder).toSorted()) {
  const { says, hint, throttled, ...ending } = schema.parse(load(readFileSync(join(folder, file), 'utf8')))
  test(`diagnosis: ${file.replace('.yml', '')}`, t => {
    const error = diagnose('node1', ending)
    t.true(error instanceof ConnectError)
    t.is(error.message, `node1: ${says}`)
    t.is(error.output, lastLines(`${ending.stdout ?? ''}\n${ending.stderr}`))
    if (hint === undefined) t.is(error.hint, undefined)
    else t.true(error.hint?.includes(hint), error.hint)
    t.is(isThrottled(ending.stderr), throttled)
  })
}

test('lastLines: twenty, without empty ones at the end', t => {
  t.is(
    lastLines(`${Array.from({ length: 25 }, (_, at) => at).join('\n')}\n\n\n`),
    Array.from({ length: 20 }, (_, at) => at + 5).join('\n'),
  )
  t.is(lastLines(''), '')
  t.is(lastLines('one\r\n'), 'one')
})
