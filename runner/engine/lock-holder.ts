import { ConnectError } from '../errors.js'
import type { Member, NodeLike } from '../tasks/member.js'
import { isGone } from './admin-process.js'
import { inspectScript } from './lease.js'
import type { LockHolder } from './lock-file.js'

/** What a node knows of the session that has its lock. */
export interface HolderState {
  /** The session has ended, though something that it started still has the lock. */
  isGone: boolean
  /** The node still works for it. */
  isBusy: boolean
  /** For how long nothing has come over its connection; undefined if that is not watched. */
  silentMs: number | undefined
}

const unknown: HolderState = { isGone: false, isBusy: false, silentMs: undefined }

/** A connection is silent if more than two of ssh's keep-alives are missing. */
const silentAfterMs = 11_000

/**
 * Asks the node about the session that has its lock. A session whose ha-run is provably gone is ended, unless the node still works
 * for it.
 *
 * @param end - ends it in any case.
 */
export async function inspectHolder<N extends NodeLike>(
  member: Member<N>,
  file: string,
  { session, process }: LockHolder,
  end = isGone(process),
): Promise<HolderState> {
  if (!session) return unknown
  try {
    return parseState(
      (await member.$({ nothrow: true, timeout: '20s' }).script(inspectScript(file, session, end))).stdout,
    )
  } catch (error) {
    if (error instanceof ConnectError) return unknown
    throw error
  }
}

/** @param text - the output of `inspectScript`. */
export function parseState(text: string): HolderState {
  const [presence, work, silent] = text.trim().split(' ')
  if (presence !== 'present') return { ...unknown, isGone: presence === 'gone' }
  return {
    isGone: false,
    isBusy: work === 'busy',
    silentMs: silent === undefined ? undefined : Number(silent),
  }
}

/** Who has the lock, and until when. @param isOver - that run is provably gone. */
export function holderText(
  { owner, session }: LockHolder,
  { isBusy, silentMs = 0 }: HolderState,
  isOver: boolean,
): string {
  if (isOver) return `${owner}; that run is gone, and what it started is being finished`
  if (!session || silentMs < silentAfterMs) return owner
  const leftMs = session.seconds * 1000 - silentMs
  const silence = `its connection has been silent for ${Math.floor(silentMs / 1000)} s`
  return leftMs > 0
    ? `${owner}; ${silence}; the lock ends in ${Math.ceil(leftMs / 1000)} s unless it comes back`
    : `${owner}; ${silence}; the lock ends ${isBusy ? 'once the node has finished what that run had started' : 'now'}`
}
