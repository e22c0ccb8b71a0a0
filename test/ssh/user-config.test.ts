import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { hintFrom, userConfigHint } from '../../runner/ssh/user-config.js'

const schema = z.strictObject({
  config: z.string(),
  /** On ssh's command line, for the node node1. */
  host: z.string(),
  /** Absent: the configuration adds nothing. */
  hint: z.string().optional(),
})

const directory = join('test', 'cases', 'transport', 'user-config')
for (const file of readdirSync(directory).toSorted()) {
  const { config, host, hint } = schema.parse(load(readFileSync(join(directory, file), 'utf8')))
  test(`the user's ssh configuration: ${file.replace('.yml', '')}`, t => {
    t.is(hintFrom(config, { name: 'node1', host, file: '~/.ssh/config' }), hint)
  })
}

test("the file of -F is read in place of the user's own", async t => {
  const scratch = mkdtempSync(join(tmpdir(), 'ha-run-config-'))
  t.teardown(() => rmSync(scratch, { recursive: true }))
  const file = join(scratch, 'config')
  t.is(await userConfigHint('node1', 'node1', file), undefined)
  writeFileSync(file, 'Host node1\n  Port 1\n')
  t.is(await userConfigHint('node1', 'node1', file), `ssh uses these settings of ${file}: Host node1`)
})
