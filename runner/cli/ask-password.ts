import { UsageError } from '../errors.js'
import { Secret } from '../secret.js'

/**
 * Asks on the terminal, without showing what is typed.
 *
 * @throws UsageError without a terminal.
 */
export async function askPassword(question: string): Promise<Secret> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) throw new UsageError('--ask-become-pass needs a terminal to ask on')
  // Whoever types as soon as they read the question must not see it.
  stdin.setRawMode(true)
  stderr.write(question)
  stdin.resume()
  try {
    return await new Promise((resolve, reject) => {
      let typed = ''
      stdin.on('data', (chunk: Buffer) => {
        for (const character of chunk.toString()) {
          if (character === '\r' || character === '\n') resolve(new Secret(Buffer.from(typed)))
          else if (character === '\x03') reject(new UsageError('no password was given'))
          else if (character === '\x7f') typed = typed.slice(0, -1)
          else typed += character
        }
      })
    })
  } finally {
    stdin.removeAllListeners('data')
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}
