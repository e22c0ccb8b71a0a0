import { createInterface, type Key } from 'node:readline'
import { Writable } from 'node:stream'
import { InterruptedError, UsageError } from '../errors.js'
import { Secret } from '../secret.js'

/**
 * Asks on the terminal and does not show what is typed. Ctrl-D ends the input, as Enter does.
 *
 * @param option - the option that makes ha-run ask.
 * @throws UsageError without a terminal, or if Ctrl-D is all that is typed.
 * @throws InterruptedError on Ctrl-C.
 */
export async function askPassword(question: string, option = '--ask-become-pass'): Promise<Secret> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) throw new UsageError(`${option} needs a terminal to ask on`)
  // readline edits the line and writes it to its output, which nobody sees.
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  // It switches echo off at once, so before anybody can answer the question.
  const line = createInterface({ input: stdin, output: hidden, terminal: true, historySize: 0 })
  const endOnCtrlD = (_text: string, { ctrl, name }: Key) => {
    if (ctrl && name === 'd' && line.line !== '') line.write(null, { name: 'return' })
  }
  stdin.on('keypress', endOnCtrlD)
  stderr.write(question)
  try {
    return await new Promise((resolve, reject) => {
      line.on('line', typed => resolve(new Secret(Buffer.from(typed))))
      line.on('SIGINT', () => reject(new InterruptedError('interrupted; nothing was done')))
      line.on('close', () => reject(new UsageError('no password was typed')))
    })
  } finally {
    stdin.off('keypress', endOnCtrlD)
    line.close()
    stderr.write('\n')
  }
}
