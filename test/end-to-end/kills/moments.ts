import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { main } from '../built-cluster.js'
import type { LabSite } from '../site-harness.js'

/** A moment of a run, told by the run's own events. */
export interface Moment {
  /** `after write /etc/hosts`, `in the middle of install corosync` */
  title: string
  /** How many tasks have changed something by then. */
  changes: number
  /** Milliseconds from the last of them, or from the first event of the run. */
  delayMs: number
}

/** A change as its event told it: when it came, counted from the first event of the run, and how long the task took. */
export interface Change {
  task: string
  atMs: number
  ms: number
}

/** A task that takes longer is killed at several moments, so many milliseconds apart. */
const apartMs = 1500

/** Every boundary behind a changing task of a run, and moments within each such task. */
export function momentsOf(changes: Change[]): Moment[] {
  return changes.flatMap(({ task, atMs, ms }, at) => {
    const since = changes[at - 1]?.atMs ?? 0
    const count = Math.max(1, Math.ceil(ms / apartMs))
    return [
      ...Array.from({ length: count }, (_, index) => ({
        title: count === 1 ? `in the middle of ${task}` : `in ${task}, ${index + 1} of ${count}`,
        changes: at,
        delayMs: Math.max(0, atMs - since - ms * (1 - (index + 0.5) / count)),
      })),
      { title: `after ${task}`, changes: at + 1, delayMs: 0 },
    ]
  })
}

/** So many of them, spread evenly. */
export function spread<T>(all: T[], most: number): T[] {
  if (all.length <= most) return all
  return Array.from({ length: most }, (_, at) => all[Math.floor((at * all.length) / most)]!)
}

/**
 * Runs ha-run, and kills it (SIGKILL) at a moment, or lets it come to its end without one.
 *
 * @returns the changes that it made, and its exit code; null if it was killed.
 */
export async function runUntil(
  site: LabSite,
  words: string[],
  inventory: string,
  moment?: Moment,
): Promise<{ changes: Change[]; exitCode: number | null }> {
  const child = spawn(
    process.execPath,
    [main, ...words, '--stable', '0', '--json', '-i', inventory, '-F', site.lab.sshConfig],
    { stdio: ['ignore', 'pipe', 'ignore'], timeout: 400_000, killSignal: 'SIGKILL' },
  )
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const changes: Change[] = []
  let began: number | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    began ??= performance.now()
    const event = JSON.parse(line) as { event: string; status?: string; host?: string; task?: string; ms?: number }
    if (event.event === 'task' && event.status === 'changed')
      changes.push({
        task: [event.host, event.task].filter(Boolean).join(': '),
        atMs: performance.now() - began,
        ms: event.ms ?? 0,
      })
    if (moment && changes.length === moment.changes) {
      await sleep(moment.delayMs)
      child.kill('SIGKILL')
      break
    }
  }
  return { changes, exitCode: await ended }
}
