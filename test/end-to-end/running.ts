import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where each process that runs end-to-end tests notes which one it is at, for whoever ends a run that takes too long: ava
 * itself tells of a test when it is over.
 */
const folder = process.env['HA_RUN_RUNNING_TESTS']

/** Notes what is going on while it is. */
export async function whileRunning(what: string, work: () => Promise<void>): Promise<void> {
  if (folder === undefined) return work()
  const file = join(folder, String(process.pid))
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, what)
  try {
    await work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** What is noted in the folder. */
export function runningIn(notes: string): string[] {
  return readdirSync(notes).map(file => readFileSync(join(notes, file), 'utf8'))
}
