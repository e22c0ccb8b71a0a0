import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folderOf } from './ha-run.js'
import { onTerminal } from './terminal.js'

const asks = test.macro({
  async exec(t, keys: string, exit: number, result: string) {
    const file = join(folderOf(t), 'ask.mjs')
    writeFileSync(
      file,
      `
      import { askPassword } from ${JSON.stringify(new URL('../../runner/cli/ask-password.js', import.meta.url).href)}
      try {
        process.stdout.write((await askPassword('password: ')).reveal().toString('hex'))
      } catch (error) {
        process.stdout.write(error.message)
        process.exitCode = error.exitCode
      }`,
    )
    const ended = await onTerminal(`'${process.execPath}' '${file}'`, { prompt: 'password: ', keys })
    // The terminal does not show what is typed.
    t.is(ended.screen, `password: \r\n${result}`)
    t.is(ended.exit, exit)
  },
  title: (name = '') => `a password that is asked for: ${name}`,
})

const hex = (text: string) => Buffer.from(text).toString('hex')
test('ends with Enter', asks, 's3cret é\r', 0, hex('s3cret é'))
test('ends with Ctrl-D, which is not a part of it', asks, 's3cret\x04', 0, hex('s3cret'))
test('can be corrected', asks, 'wrong\x7f\x7f\x7f\x7f\x7fs3crt\x7fet\r', 0, hex('s3cret'))
test('is missing after Ctrl-D alone', asks, '\x04', 1, 'no password was typed')
test('is empty after Enter alone', asks, '\r', 0, '')
test('is interrupted by Ctrl-C', asks, 's3c\x03', 130, 'interrupted; nothing was done')
