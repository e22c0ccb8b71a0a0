import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError, LockedError } from '../errors.js'
import { sh } from '../ssh/quote.js'
import type { Member, NodeLike } from '../tasks/member.js'

/** Who holds a lock, as one line: person, machine, since when, and the run. */
function holder(run: string): string {
  return `${process.env['SUDO_USER'] ?? process.env['USER'] ?? `uid-${process.getuid?.()}`}@${hostname()} since ${new Date().toISOString()} (run ${run})`
}

/** The file on each node whose lock is a cluster's. */
export function lockFile(cluster: string): string {
  return `/run/lock/ha-run.${cluster}`
}

/** Milliseconds for which a run that came second may still hold what it has got before it knew. */
const yielding = 5000

/** Milliseconds between two tries. */
const pause = 250

/**
 * Tries to take a cluster's lock on one node. The session's own shell holds it as an open file, so that it ends with the
 * session however that ends, and no lock is ever stale.
 *
 * @param patience - seconds for which the node itself waits for it.
 * @returns who holds it instead of us, or why nobody can; undefined where it is ours.
 */
async function tryLock<N extends NodeLike>(member: Member<N>, cluster: string, run: string, patience = 0): Promise<string | undefined> {
  const file = lockFile(cluster)
  // `command` keeps the shell alive where the file cannot be opened.
  member.connection.session.send(
    sh`command exec 9>>${file} && flock -w ${patience} 9 && printf '%s\\n' ${holder(run)} >${file}` + '\n')
  const stdout = await member.$({ nothrow: true, timeout: '10s' })`cat ${file}`.then(result => result.stdout, error => {
    // A node that goes now is one of those that the run goes on without.
    if (error instanceof ConnectError) return undefined
    throw error
  })
  if (stdout === undefined || stdout.includes(`(run ${run})`)) return undefined
  return stdout.trim() || `cannot write ${file}`
}

function refuse(cluster: string, node: string, held: string | undefined): void {
  if (held === undefined) return
  throw new LockedError(`${cluster} is locked on ${node} by another run: ${held}`, {
    hint: 'wait until it has ended; the lock goes with its session',
  })
}

/**
 * Takes a cluster's lock on all reachable members. Whoever has it on the first by name goes on, so that of two runs exactly
 * one does: what the other has got behind that one by then, it gives back at once. All are asked for in one turn, so
 * that what is written to the sessions next runs under the lock without a round trip between.
 *
 * @throws LockedError with who holds it.
 */
export async function lockCluster<N extends NodeLike>(members: Member<N>[], cluster: string, run: string): Promise<void> {
  const [first, ...others] = members.filter(({ unreachable }) => !unreachable)
    .toSorted((one, other) => one.name < other.name ? -1 : 1)
  if (!first) return
  const [held, ...heldBehind] = await Promise.all([first, ...others].map(member => tryLock(member, cluster, run)))
  refuse(cluster, first.name, held)
  await Promise.all(others.map(async (member, at) => {
    let holder = heldBehind[at]
    for (const deadline = Date.now() + yielding; holder !== undefined && Date.now() < deadline;) {
      await sleep(pause)
      holder = await tryLock(member, cluster, run)
      // Whoever held it may have changed what was read meanwhile.
      member.changed()
    }
    refuse(cluster, member.name, holder)
  }))
  for (const member of [first, ...others]) {
    // The session before this one may only just have ended.
    member.onReplaced(async () => refuse(cluster, member.name, await tryLock(member, cluster, run, yielding / 1000)))
  }
}
