import { spawn } from 'node:child_process'

export interface Typed {
  exit: number | null
  /** All that the terminal showed. */
  screen: string
}

/**
 * Runs a command on a terminal of its own.
 *
 * @param columns - the width of the terminal.
 * @param keys - typed once the terminal shows `prompt`.
 */
export async function onTerminal(
  command: string,
  {
    columns = 80,
    env = {},
    prompt,
    keys = '',
  }: { columns?: number; env?: NodeJS.ProcessEnv; prompt?: string; keys?: string } = {},
): Promise<Typed> {
  const child = spawn('script', ['-qec', `stty columns ${columns} rows 24; exec ${command}`, '/dev/null'], {
    env: { ...process.env, NO_COLOR: undefined, CI: undefined, LC_ALL: 'C.UTF-8', TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 120_000,
  })
  let screen = ''
  let isTyped = prompt === undefined
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString()
    if (isTyped || !screen.includes(prompt!)) return
    isTyped = true
    child.stdin.write(keys)
  })
  return { exit: await new Promise(resolve => child.on('close', resolve)), screen }
}
