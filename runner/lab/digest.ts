import { sha256 } from '../hash.js'

/** HTTP digest authentication with SHA-256 (RFC 7616), as a server checks it. */

/** A nonce is the time at which it was given; it is good for five minutes. */
const nonceSeconds = 300

export interface DigestUser {
  name: string
  realm: string
  password: string
}

export function digestChallenge(realm: string, now: number): string {
  return `Digest qop="auth", realm="${realm}", nonce="${Math.floor(now)}", algorithm=SHA-256`
}

/** True if the header proves knowledge of the password for this request, with a nonce that is not too old. */
export function isDigestValid(
  authorization: string | undefined,
  request: { method: string; url: string },
  user: DigestUser,
  now: number,
): boolean {
  if (!/^digest /i.test(authorization ?? '')) return false
  const fields = new Map(
    [...(authorization ?? '').matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, name = '', quoted, plain]) => [
      name,
      quoted ?? plain ?? '',
    ]),
  )
  const field = (name: string) => fields.get(name) ?? ''
  const age = now - Number(field('nonce') || Number.NaN)
  const isFresh = age > -1 && age < nonceSeconds
  // User, realm and request are this plug's own, so that a header about others has another proof.
  const secret = sha256(`${user.name}:${user.realm}:${user.password}`)
  const subject = sha256(`${request.method}:${request.url}`)
  const proof = [secret, field('nonce'), field('nc'), field('cnonce'), field('qop'), subject].join(':')
  return isFresh && field('response') === sha256(proof)
}
