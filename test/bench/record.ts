/* oxlint-disable typescript/unbound-method -- methods are wrapped here, and called with the `this` that they are given */
import { writeFileSync } from 'node:fs'
import { Member } from '../../runner/tasks/member.js'
import { scriptText, type FrameRequest } from '../../runner/ssh/frame.js'
import { Session } from '../../runner/ssh/session.js'

/**
 * Preloaded into ha-run (`node --import`), this module records what a run sends to each node, and writes it to the file in
 * HA_RUN_BENCH_RECORD.
 */

/** The requests to each node, by its name. */
export type Recording = Record<
  string,
  {
    requests: { scripts: string[]; input?: string | undefined }[]
    /** Frames that were sent while no other was pending: frames sent together cost one round trip. */
    roundTrips: number
  }
>

const sent = new Map<Session, Recording[string] & { pending: number }>()
const names = new Map<Session, string>()

const original = Session.prototype.run
Session.prototype.run = async function run(this: Session, request: FrameRequest) {
  const record = sent.get(this) ?? { requests: [], roundTrips: 0, pending: 0 }
  sent.set(this, record)
  record.requests.push({ scripts: request.scripts.map(scriptText), input: request.input?.toString('base64') })
  if (record.pending === 0) record.roundTrips += 1
  record.pending += 1
  try {
    return await original.call(this, request)
  } finally {
    record.pending -= 1
  }
}

// A session does not know its node's name. Its connection does, and every run reads that to close it.
const connection = Object.getOwnPropertyDescriptor(Member.prototype, 'connection')!
Object.defineProperty(Member.prototype, 'connection', {
  ...connection,
  get(this: Member) {
    const nodeConnection = connection.get!.call(this) as Member['connection']
    names.set(nodeConnection.session, nodeConnection.name)
    return nodeConnection
  },
})

process.on('exit', () => {
  const recording: Recording = Object.fromEntries(
    [...sent].map(([session, { requests, roundTrips }]) => [names.get(session)!, { requests, roundTrips }]),
  )
  writeFileSync(process.env['HA_RUN_BENCH_RECORD']!, JSON.stringify(recording))
})
