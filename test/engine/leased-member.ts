/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import type { ExecutionContext } from 'ava'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import { Session } from '../../runner/ssh/session.js'
import { Member } from '../../runner/tasks/member.js'
import { LocalShell } from '../ssh/local-shell.js'

/**
 * A node whose connection is a local shell with a description of its connection, as a login gives it.
 *
 * @param folder - first on the PATH of the shell.
 */
export function leasedMember(
  t: ExecutionContext,
  connection: string,
  folder: string,
): { member: Member; shell: LocalShell } {
  const shell = new LocalShell([
    'env',
    `PATH=${folder}:/usr/sbin:/usr/bin:/sbin:/bin`,
    '/bin/sh',
    '-s',
    '--',
    connection,
  ])
  const session = new Session(shell, 'n1')
  t.teardown(async () => session.close())
  const member = new Member({ name: 'n1', connection: { host: 'n1' } }, {
    name: 'n1',
    session,
  } as unknown as NodeConnection)
  return { member, shell }
}
