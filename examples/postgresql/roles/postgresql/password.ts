import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { Secret } from 'ha-run'
import { replicationUser } from './installation.js'

/** PostgreSQL gets the verifier of a password (RFC 5803, SCRAM-SHA-256), so that the password stands in no statement or log. */
export function verifier(password: Secret, salt = randomBytes(16), rounds = 4096): string {
  const salted = pbkdf2Sync(password.reveal(), salt, rounds, 32, 'sha256')
  const key = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(key('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`
}

/** Whether a verifier, as pg_authid has it, is that of the password. */
export function isVerifierOf(text: string, password: Secret): boolean {
  const [, rounds, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(text) ?? []
  if (rounds === undefined || salt === undefined) return false
  return text === verifier(password, Buffer.from(salt, 'base64'), Number(rounds))
}

/** Statements that give the replication user its password, and what pg_rewind needs. One a line, as `postgres --single` reads them. */
export function userStatements(password: Secret, verb: 'CREATE' | 'ALTER'): string {
  const functions = [
    'pg_ls_dir(text, boolean, boolean)',
    'pg_stat_file(text, boolean)',
    'pg_read_binary_file(text)',
    'pg_read_binary_file(text, bigint, bigint, boolean)',
  ]
  return [
    `${verb} ROLE ${replicationUser} WITH LOGIN REPLICATION PASSWORD '${verifier(password)}';`,
    ...functions.map(each => `GRANT EXECUTE ON FUNCTION pg_catalog.${each} TO ${replicationUser};`),
    `GRANT pg_checkpoint TO ${replicationUser};`,
    '',
  ].join('\n')
}
