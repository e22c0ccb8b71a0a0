import { readFileSync } from 'node:fs'
import test from 'ava'
import { load } from 'js-yaml'
import { sha256 } from '../../runner/hash.js'
import { answerPlug } from '../../runner/lab/plug-protocol.js'
import type { Move, PlugState } from '../../runner/lab/plug-reply.js'

interface Case extends Partial<PlugState> {
  name: string
  request: string
  authorization?: 'digest' | 'basic'
  /** What the client takes for the password. */
  given?: string
  /** The request for which the client has made its digest. */
  signed?: string
  nonce?: string
  status?: number
  challenge?: string
  answer?: unknown
  moves?: Move[]
  pending?: 'forget'
}

const cases = load(readFileSync('test/cases/lab/plugs.yml', 'utf8')) as Case[]

/** A client's header, as RFC 7616 and RFC 7617 say. */
function headerOf({ authorization, given = 'secret', request, signed = request, nonce = '1000' }: Case) {
  if (authorization === undefined) return {}
  if (authorization === 'basic') return { authorization: `Basic ${Buffer.from(`admin:${given}`).toString('base64')}` }
  const realm = 'shellyplug-lab'
  const proof = [sha256(`admin:${realm}:${given}`), nonce, '00000001', 'abc', 'auth', sha256(`GET:${signed}`)]
  const fields = `username="admin", realm="${realm}", nonce="${nonce}", uri="${signed}", cnonce="abc", nc=00000001, qop=auth`
  return { authorization: `Digest ${fields}, response="${sha256(proof.join(':'))}", algorithm=SHA-256` }
}

for (const each of cases) {
  test(each.name, t => {
    const { isOn = true, password = 'secret', timer } = each
    const state = { isOn, password, now: 1000, ...(timer && { timer }) }
    const reply = answerPlug({ method: 'GET', url: each.request, ...headerOf(each) }, state)
    t.is(reply.status, each.status ?? 200)
    t.deepEqual(reply.moves, each.moves ?? [])
    t.is(reply.pending, each.pending ?? 'keep')
    if (each.answer !== undefined) t.deepEqual(JSON.parse(reply.body), each.answer)
    if (each.challenge !== undefined) t.is(reply.headers['WWW-Authenticate'], each.challenge)
  })
}
