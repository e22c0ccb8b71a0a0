import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MachineEvent } from '../../../runner/engine/events.js'
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

const boundary = ({ task }: Change, at: number): Moment => ({ title: `after ${task}`, changes: at + 1, delayMs: 0 })

/** A moment before the first task begins, every boundary behind a changing task of a run, and moments within each such task. */
export function momentsOf(changes: Change[]): Moment[] {
  const [first] = changes
  const checking = first ? [{ title: 'while it checks', changes: 0, delayMs: (first.atMs - first.ms) / 2 }] : []
  return checking.concat(
    changes.flatMap((change, at) => {
      const { task, atMs, ms } = change
      const since = changes[at - 1]?.atMs ?? 0
      const count = Math.max(1, Math.ceil(ms / apartMs))
      return [
        ...Array.from({ length: count }, (_, index) => ({
          title: count === 1 ? `in the middle of ${task}` : `in ${task}, ${index + 1} of ${count}`,
          changes: at,
          delayMs: Math.max(0, atMs - since - ms * (1 - (index + 0.5) / count)),
        })),
        boundary(change, at),
      ]
    }),
  )
}

/** The boundaries between the changing tasks of a run: before the first one, and behind each but the last. */
export function boundariesOf(changes: Change[]): Moment[] {
  return [{ title: 'before the first change', changes: 0, delayMs: 0 }, ...changes.slice(0, -1).map(boundary)]
}

/** So many of them, spread evenly, each in the middle of its part. */
export function spread<T>(all: T[], most: number): T[] {
  if (all.length <= most) return all
  return Array.from({ length: most }, (_, at) => all[Math.floor(((at + 0.5) * all.length) / most)]!)
}

/** What happens at a moment of a run. */
export interface At {
  moment: Moment
  act: (run: RunningProcess) => Promise<void>
}

export interface RunningProcess {
  /** Ends it with SIGKILL. */
  kill: () => void
}

/** How a run ended to which something may have happened. */
export interface Ended {
  /** The changes that it made. */
  changes: Change[]
  events: MachineEvent[]
  /** Null if it was killed. */
  exitCode: number | null
  /** Whether the moment came before it was over. */
  hasCome: boolean
  /** Seconds from that moment, or from its start, to its end. */
  seconds: number
}

export interface RunOptions {
  config?: string
  env?: Record<string, string>
}

/** Kills a run at a moment. */
export const killAt = (moment: Moment): At => ({ moment, act: async run => run.kill() })

/**
 * Runs ha-run, and does something at a moment of the run, or lets it come to its end undisturbed. What is done runs beside the run:
 * its events are read on. A run that takes longer than 900 s is killed.
 */
export async function runUntil(
  site: LabSite,
  words: string[],
  inventory: string,
  at?: At,
  { config = site.lab.sshConfig, env = {} }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...words, '--stable', '0', '--json', '-i', inventory, '-F', config], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 900_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...env },
  })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const changes: Change[] = []
  const events: MachineEvent[] = []
  let [isOver, hasCome] = [false, false]
  let acting = Promise.resolve()
  let [began, cameAt]: (number | undefined)[] = [undefined, performance.now()]
  for await (const line of createInterface({ input: child.stdout })) {
    began ??= performance.now()
    // A killed run may leave half a line.
    if (!line.endsWith('}')) continue
    const event = JSON.parse(line) as MachineEvent
    events.push(event)
    if (event.event === 'task' && event.status === 'changed')
      changes.push({
        task: [event.host, event.task].filter(Boolean).join(': '),
        atMs: performance.now() - began,
        ms: event.ms,
      })
    if (!at || hasCome || changes.length !== at.moment.changes) continue
    hasCome = true
    acting = sleep(at.moment.delayMs).then(async () => {
      if (isOver) hasCome = false
      else {
        cameAt = performance.now()
        await at.act({ kill: () => child.kill('SIGKILL') })
      }
    })
    // Whoever awaits it below gets its error; until then it is nobody's.
    acting.catch(() => {})
  }
  isOver = true
  const exitCode = await ended
  const seconds = Math.round((performance.now() - cameAt!) / 1000)
  await acting
  return { changes, events, exitCode, hasCome, seconds }
}
