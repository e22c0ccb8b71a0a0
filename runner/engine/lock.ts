import { hostname } from 'node:os'
import { ConnectError, LockedError } from '../errors.js'
import { sh } from '../transport/quote.js'
import type { Member, NodeLike } from './member.js'

/** Who holds a lock, as one line: person, machine, since when, and the run. */
function holder(run: string): string {
  return `${process.env['SUDO_USER'] ?? process.env['USER'] ?? `uid-${process.getuid?.()}`}@${hostname()} since ${new Date().toISOString()} (run ${run})`
}

/** The file on each node whose lock is a cluster's. */
export function lockFile(cluster: string): string {
  return `/run/lock/ha-run.${cluster}`
}

/**
 * Takes a cluster's lock on one node. The session's own shell holds it as an open file, so that it ends with the
 * session however that ends, and no lock is ever stale.
 *
 * @throws LockedError with who holds it.
 */
async function lockNode<N extends NodeLike>(member: Member<N>, cluster: string, run: string): Promise<void> {
  const file = lockFile(cluster)
  // `command` keeps the shell alive where the file cannot be opened.
  member.connection.session.tell(
    sh`command exec 9>>${file} && flock -n 9 && printf '%s\\n' ${holder(run)} >${file}` + '\n')
  const stdout = await member.$({ nothrow: true, timeout: 10 })`cat ${file}`.then(result => result.stdout, error => {
    // A node that goes now is one of those that the run goes on without.
    if (error instanceof ConnectError) return undefined
    throw error
  })
  if (stdout === undefined) return
  if (stdout.includes(`(run ${run})`)) return
  throw new LockedError(`${cluster} is locked on ${member.name} by another run: ${stdout.trim() || `cannot write ${file}`}`, {
    hint: 'wait until it has ended; the lock goes with its session',
  })
}

/**
 * Takes a cluster's lock on all reachable members: on the first by name alone, so that of two runs only one goes
 * on to the others.
 */
export async function lockCluster<N extends NodeLike>(members: Member<N>[], cluster: string, run: string): Promise<void> {
  const [first, ...others] = members.filter(({ unreachable }) => !unreachable)
    .toSorted((one, other) => one.name < other.name ? -1 : 1)
  if (!first) return
  await lockNode(first, cluster, run)
  await Promise.all(others.map(member => lockNode(member, cluster, run)))
  for (const member of [first, ...others]) member.onAdopted(() => lockNode(member, cluster, run))
}
