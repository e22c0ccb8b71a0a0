import { createInterface } from 'node:readline/promises'
import { concealed } from '../concealed.js'
import { UsageError } from '../errors.js'
import { visible } from '../ui/visible.js'

/** @param what - what asks: `a drill`. @throws UsageError before the first connection if there is nobody to ask. */
export function requireTerminal(
  what: string,
  { yes = false, check = false }: { yes?: boolean; check?: boolean },
): void {
  if (yes || check || process.stdin.isTTY) return
  throw new UsageError(`${what} asks for confirmation, and there is no terminal to ask on`, {
    hint: 'run it again with --yes, or with --check to see the plan',
  })
}

/** Prints the plan on stderr and asks. Ctrl-C and Ctrl-D mean no. */
export async function confirmOnTerminal(plan: string[], stop: AbortSignal, question = 'Go on?'): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    // Node never settles a question whose input has ended.
    const inputEnded = new Promise<string>(resolve => lines.once('close', () => resolve('')))
    const answer = await Promise.race([
      lines.question([...plan.map(line => `  ${visible(concealed(line))}`), `${question} [y/N] `].join('\n'), {
        signal: stop,
      }),
      inputEnded,
    ])
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    lines.close()
  }
}
