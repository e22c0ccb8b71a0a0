import { randomBytes } from 'node:crypto'
import { systemClock, type Clock } from '../clock.js'
import { ConnectError, InterruptedError, LockedError } from '../errors.js'
import { sh, ShellText } from '../ssh/quote.js'
import type { Member, NodeLike } from '../tasks/member.js'
import { isGone } from './admin-process.js'
import { leaseSeconds as usualLeaseSeconds, startLease } from './lease.js'
import { holderText, inspectHolder, type HolderState } from './lock-holder.js'
import { lockFile, parseLockFile, writeLockFile, type LockHolder } from './lock-file.js'

export { hostLockFile, lockFile } from './lock-file.js'

/** How long a run that came second may keep the locks that it took before it noticed. */
const releaseSeconds = 5

const retryMs = 250

/** Between two attempts of a run that waits for a lock. */
const pollMs = 1000

/** How long a run waits by itself for a run that is provably gone: what that one had started on a node is finished first. */
const goneSeconds = 60

export interface LockOptions {
  /** This run's id. */
  run: string
  /** The file on each node, if it is not that of the cluster. */
  file?: string
  /** Seconds for which it waits for another run (`--wait`); by default it waits only for one that is provably gone. */
  waitSeconds?: number | undefined
  /** Aborted by the first Ctrl-C: ends a wait. */
  stop?: AbortSignal
  /** Reports what it waits for. */
  waiting?: (state: { node: string; text: string; waitedMs: number }) => void
  leaseSeconds?: number
  clock?: Clock
}

/** A node whose lock another has. */
interface Blocked<N extends NodeLike> {
  member: Member<N>
  holder: LockHolder
}

/** Takes one cluster's lock, and waits for it. */
class ClusterLock<N extends NodeLike> {
  readonly #hosts: Member<N>[]
  readonly #cluster: string
  readonly #file: string
  readonly #options: LockOptions
  readonly #clock: Clock

  constructor(hosts: Member<N>[], cluster: string, options: LockOptions) {
    this.#hosts = hosts.toSorted((one, other) => (one.name < other.name ? -1 : 1))
    this.#cluster = cluster
    this.#file = options.file ?? lockFile(cluster)
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  get #reachable(): Member<N>[] {
    return this.#hosts.filter(({ unreachable }) => !unreachable)
  }

  async take(): Promise<boolean> {
    const startedAt = this.#clock.now()
    const { waitSeconds, stop, waiting } = this.#options
    let isOutdated = false
    let hasWaited = false
    for (;;) {
      const { blocked, repeated } = await this.#attempt()
      isOutdated ||= repeated
      if (!blocked) break
      const state = await inspectHolder(blocked.member, this.#file, blocked.holder)
      const isOver = isGone(blocked.holder.process) || state.isGone
      const waitedMs = this.#clock.now() - startedAt
      const limitSeconds = waitSeconds ?? (isOver ? goneSeconds : 0)
      if (waitedMs >= limitSeconds * 1000) throw this.#refusal(blocked, state, hasWaited ? waitedMs : undefined)
      if (stop?.aborted) throw new InterruptedError(`interrupted while waiting for the lock of ${this.#cluster}`)
      hasWaited = true
      this.#release()
      waiting?.({ node: blocked.member.name, text: holderText(blocked.holder, state, isOver), waitedMs })
      await this.#clock.pause(pollMs, stop)
    }
    isOutdated ||= hasWaited
    if (isOutdated) for (const host of this.#hosts) host.changed()
    for (const member of this.#reachable) member.onReplaced(async () => this.#takeAgain(member))
    return isOutdated
  }

  /**
   * Tries to take the locks of all nodes. The run that has the lock on the first node by name continues, so that of two runs exactly one
   * does; the other at once releases what it has taken on further nodes.
   */
  async #attempt(): Promise<{ blocked: Blocked<N> | undefined; repeated: boolean }> {
    const answers = await Promise.all(
      this.#reachable.map(async member => ({ member, holder: await this.#tryLock(member) })),
    )
    const [first, ...others] = answers
    if (first?.holder) return { blocked: { member: first.member, holder: first.holder }, repeated: false }
    const refused = others.flatMap(({ member, holder }) => (holder ? [{ member, holder }] : []))
    const stillBlocked = await Promise.all(refused.map(async blocked => this.#retry(blocked)))
    return { blocked: stillBlocked.find(blocked => blocked !== undefined), repeated: refused.length > 0 }
  }

  async #retry({ member, holder }: Blocked<N>): Promise<Blocked<N> | undefined> {
    const deadline = this.#clock.now() + releaseSeconds * 1000
    let current: LockHolder | undefined = holder
    while (current !== undefined && this.#clock.now() < deadline) {
      await this.#clock.pause(retryMs)
      current = await this.#tryLock(member)
      // The other run may have changed what was read meanwhile.
      member.changed()
    }
    return current && { member, holder: current }
  }

  /**
   * Tries to take the lock on one node. The session's own shell keeps the file open, so that the lock ends with the session, however
   * that ends; a frame does not have it, but the shell waits for the frame.
   *
   * @param waitSeconds - how long the node itself waits for the lock.
   * @returns who has it, or why nobody can take it; undefined if this run has it, or the node is lost.
   */
  async #tryLock(member: Member<N>, waitSeconds = 0): Promise<LockHolder | undefined> {
    const { run, leaseSeconds = usualLeaseSeconds } = this.#options
    const attempt = randomBytes(4).toString('hex')
    const write = new ShellText(writeLockFile(this.#file, run, attempt, leaseSeconds))
    // `command` keeps the shell alive if the file cannot be opened.
    member.connection.session.send(
      sh`command exec 9>>${this.#file} && flock -w ${waitSeconds} 9 && ${write} && ${startLease(this.#file, leaseSeconds)}` +
        '\n',
    )
    const stdout = await member.$({ nothrow: true, timeout: '10s' })`cat ${this.#file}`.then(
      result => result.stdout,
      error => {
        // The run goes on without a node that is lost now.
        if (error instanceof ConnectError) return undefined
        throw error
      },
    )
    if (stdout === undefined) return undefined
    const holder = parseLockFile(stdout)
    if (holder?.session?.attempt === attempt) return undefined
    return holder ?? { owner: `cannot write ${this.#file}`, process: undefined, session: undefined }
  }

  /** After the connection was replaced. The session before may have ended only just now, or not at all if its connection is dead. */
  async #takeAgain(member: Member<N>): Promise<void> {
    let holder = await this.#tryLock(member)
    if (holder?.owner.includes(`(run ${this.#options.run})`)) await inspectHolder(member, this.#file, holder, true)
    if (holder) holder = await this.#tryLock(member, releaseSeconds)
    if (holder) throw this.#refusal({ member, holder }, await inspectHolder(member, this.#file, holder))
  }

  /** Gives back what an attempt has taken, so that a run that waits keeps nobody else from working. */
  #release(): void {
    for (const { connection } of this.#reachable) connection.session.send('exec 9>&-\n')
  }

  /** @param waitedMs - undefined for a run that has not waited. */
  #refusal({ member, holder }: Blocked<N>, state: HolderState, waitedMs?: number): LockedError {
    const isOver = isGone(holder.process) || state.isGone
    const locked =
      waitedMs === undefined
        ? `locked on ${member.name}`
        : `still locked on ${member.name} after ${Math.round(waitedMs / 1000)} s`
    return new LockedError(`${this.#cluster} is ${locked} by another run: ${holderText(holder, state, isOver)}`, {
      hint: isOver
        ? `what that run had started on ${member.name} has not ended yet: run again later, or with --wait`
        : 'run again when it has ended, or with --wait: its lock ends with its session',
    })
  }
}

/**
 * Takes a cluster's lock on all reachable hosts of its run. All nodes are asked in one turn of the event loop, so that whatever is sent
 * to the sessions next runs under the lock, without another round trip. A run that is provably gone is stepped over, once what it had
 * started has ended.
 *
 * @returns whether it had to be waited for: what was read before may be outdated, and is read again.
 * @throws LockedError with who has the lock, InterruptedError if interrupted while waiting.
 */
export async function lockCluster<N extends NodeLike>(
  hosts: Member<N>[],
  cluster: string,
  options: LockOptions,
): Promise<boolean> {
  return new ClusterLock(hosts, cluster, options).take()
}
