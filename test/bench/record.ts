/* oxlint-disable typescript/unbound-method -- methods are wrapped here, and called with the `this` that they are given */
import { writeFileSync } from 'node:fs'
import { Member } from '../../runner/tasks/member.js'
import type { FrameRequest } from '../../runner/ssh/frame.js'
import { Session } from '../../runner/ssh/session.js'

/**
 * CorosyncState before ha-run (`node --import`), it notes what a run sends to each node, and leaves it in the file that
 * HA_RUN_BENCH_RECORD names.
 */

/** What one node was sent, by its name. */
export type Recording = Record<string, {
  requests: { scripts: string[]; input?: string | undefined }[]
  /** Frames that were written while no other was pending: what was asked for together went there and back once. */
  roundTrips: number
}>

const sent = new Map<Session, Recording[string] & { pending: number }>()
const names = new Map<Session, string>()

const original = Session.prototype.run
Session.prototype.run = async function run(this: Session, request: FrameRequest) {
  const record = sent.get(this) ?? { requests: [], roundTrips: 0, pending: 0 }
  sent.set(this, record)
  record.requests.push({ scripts: [...request.scripts], input: request.input?.toString('base64') })
  if (record.pending === 0) record.roundTrips += 1
  record.pending += 1
  try {
    return await original.call(this, request)
  } finally {
    record.pending -= 1
  }
}

// A session does not tell its node's name; the connection that it belongs to does, and every run asks for that to close it.
const connection = Object.getOwnPropertyDescriptor(Member.prototype, 'connection')!
Object.defineProperty(Member.prototype, 'connection', {
  ...connection,
  get(this: Member) {
    const found = connection.get!.call(this) as Member['connection']
    names.set(found.session, found.name)
    return found
  },
})

process.on('exit', () => {
  const recording: Recording = Object.fromEntries([...sent].map(([session, { requests, roundTrips }]) => [names.get(session)!, { requests, roundTrips }]))
  writeFileSync(process.env['HA_RUN_BENCH_RECORD']!, JSON.stringify(recording))
})
