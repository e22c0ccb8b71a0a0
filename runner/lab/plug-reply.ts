/** What a smart plug is asked and what it answers, without a network: the same for every protocol. */

export interface PlugRequest {
  method: string
  /** The path with its query. */
  url: string
  /** The header of that name. */
  authorization?: string
}

/** What a plug knows when a request arrives. Times are in seconds since 1970, as the devices report them. */
export interface PlugState {
  isOn: boolean
  /** Empty: the plug asks for no password. */
  password: string
  now: number
  /** Set while the relay is going to move back. */
  timer?: { started: number; duration: number }
}

/** A movement of the relay, so many seconds after the request. */
export interface Move {
  isOn: boolean
  afterSeconds: number
}

export interface PlugReply {
  status: number
  headers: Record<string, string>
  body: string
  moves: Move[]
  /** What happens to movements of earlier requests that are still to come. */
  pending: 'keep' | 'forget'
}

/** The name of the only user of a plug. */
export const plugUser = 'admin'

/** A reply that moves nothing. */
export function jsonReply(value: unknown, status = 200): PlugReply {
  const headers = { 'Content-Type': 'application/json' }
  return { status, headers, body: JSON.stringify(value), moves: [], pending: 'keep' }
}

/** A reply that moves nothing. */
export function textReply(status: number, body: string, headers: Record<string, string> = {}): PlugReply {
  return { status, headers: { 'Content-Type': 'text/plain', ...headers }, body, moves: [], pending: 'keep' }
}

/** True if the header carries the user's name and password (RFC 7617). */
export function hasBasicAuth(authorization: string | undefined, password: string): boolean {
  const expected = Buffer.from(`${plugUser}:${password}`).toString('base64')
  return authorization?.replace(/^basic +/i, '') === expected
}
