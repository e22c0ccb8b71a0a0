import { systemClock } from '../clock.js'
import { ConnectError, LockedError } from '../errors.js'
import { sh } from '../ssh/quote.js'
import type { Member, NodeLike } from '../tasks/member.js'
import { ownerText } from './run-owner.js'

/** How long a run that came second may keep the locks that it took before it noticed. */
const releaseSeconds = 5

const retryMs = 250

/** The file on each node that is locked for a cluster. */
export function lockFile(cluster: string): string {
  return `/run/lock/ha-run.${cluster}`
}

/**
 * Tries to take a cluster's lock on one node. The session's own shell keeps the file open, so that the lock ends with the
 * session, however that ends: no lock is ever stale.
 *
 * @param waitSeconds - how long the node itself waits for the lock.
 * @returns who has it, or why nobody can take it; undefined if this run has it.
 */
async function tryLock<N extends NodeLike>(
  member: Member<N>,
  cluster: string,
  run: string,
  waitSeconds = 0,
): Promise<string | undefined> {
  const file = lockFile(cluster)
  // `command` keeps the shell alive if the file cannot be opened.
  member.connection.session.send(
    sh`command exec 9>>${file} && flock -w ${waitSeconds} 9 && printf '%s\\n' ${ownerText(run)} >${file}` + '\n',
  )
  const stdout = await member.$({ nothrow: true, timeout: '10s' })`cat ${file}`.then(
    result => result.stdout,
    error => {
      // The run goes on without a node that is lost now.
      if (error instanceof ConnectError) return undefined
      throw error
    },
  )
  if (stdout === undefined || stdout.includes(`(run ${run})`)) return undefined
  return stdout.trim() || `cannot write ${file}`
}

function refuse(cluster: string, node: string, owner: string | undefined): void {
  if (owner === undefined) return
  throw new LockedError(`${cluster} is locked on ${node} by another run: ${owner}`, {
    hint: 'wait until it has ended: its lock ends with its session',
  })
}

/**
 * Takes a cluster's lock on all reachable hosts of its run. The run that has the lock on the first node by name continues, so that of
 * two runs exactly one does; the other at once releases what it has taken on further nodes. All nodes are asked in one turn of
 * the event loop, so that whatever is sent to the sessions next runs under the lock, without another round trip.
 *
 * @throws LockedError with who has the lock.
 */
export async function lockCluster<N extends NodeLike>(hosts: Member<N>[], cluster: string, run: string): Promise<void> {
  const reachable = hosts
    .filter(({ unreachable }) => !unreachable)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const answers = await Promise.all(
    reachable.map(async member => ({ member, owner: await tryLock(member, cluster, run) })),
  )
  const [first, ...others] = answers
  if (!first) return
  refuse(cluster, first.member.name, first.owner)
  await Promise.all(
    others.map(async ({ member, owner }) => {
      const deadline = systemClock.now() + releaseSeconds * 1000
      while (owner !== undefined && systemClock.now() < deadline) {
        await systemClock.pause(retryMs)
        owner = await tryLock(member, cluster, run)
        // The other run may have changed what was read meanwhile.
        member.changed()
      }
      refuse(cluster, member.name, owner)
    }),
  )
  for (const member of reachable) {
    // The session before this one may have ended only just now.
    member.onReplaced(async () => refuse(cluster, member.name, await tryLock(member, cluster, run, releaseSeconds)))
  }
}
