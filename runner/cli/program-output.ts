import { spawnSync } from 'node:child_process'

/**
 * What a program of the user's prints: a password, for instance. It may ask the user on the terminal, and write there.
 *
 * @throws Error with the reason if it cannot be started or fails.
 */
export function programOutput(program: string, args: readonly string[] = []): string {
  const { status, signal, stdout, error } = spawnSync(program, args, {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  if (error) {
    const isMissing = 'code' in error && error.code === 'ENOENT'
    throw new Error(isMissing ? `there is no program ${program}` : error.message, { cause: error })
  }
  if (status !== 0) throw new Error(status === null ? `ended by ${signal}` : `exit code ${status}`)
  return stdout
}
