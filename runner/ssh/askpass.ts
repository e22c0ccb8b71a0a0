import { constants } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectError } from '../errors.js'
import type { Secret } from '../secret.js'
import { runProcess } from './channel.js'
import { hostKeyName, type Destination, type SshSettings } from './openssh.js'
import { effectiveConfig } from './user-config.js'

/**
 * Answers ssh's question for a password. ssh asks a program, which reads the password from a named pipe: so it is in no argument, in no
 * environment and in no file. The program answers for the node alone: a jump host that asks for a password gets none, and a
 * question about a host key or a key's passphrase is refused.
 */
export interface Askpass {
  /** The environment of ssh. */
  env: Record<string, string>
  /** Forgets the password. */
  close(): Promise<void>
}

/** In `user@host's password:` and `(user@host) Password:`, host is the alias of the host key, or else the host name. */
const program = `#!/bin/sh
case $1 in
*"@$HA_RUN_ASKPASS_HOST's password:"* | "("*"@$HA_RUN_ASKPASS_HOST) "*[Pp]assword*) ;;
*) exit 1 ;;
esac
IFS= read -r answer <"$HA_RUN_ASKPASS_PIPE" && printf '%s\\n' "$answer"
`

/** @throws ConnectError if ssh cannot read its configuration, or no pipe can be made. */
export async function askpassFor(
  password: Secret,
  destination: Destination,
  settings: SshSettings,
  attempt: string,
): Promise<Askpass> {
  const configuration = await effectiveConfig(destination, settings)
  const [script, pipe] = ['askpass', 'pipe'].map(kind => join(settings.controlDirectory, `${attempt}.${kind}`)) as [
    string,
    string,
  ]
  await writeFile(script, program, { mode: 0o700 })
  const { exitCode, stderr } = await runProcess(['mkfifo', '-m', '0600', pipe])
  if (exitCode !== 0)
    throw new ConnectError(`no pipe for the password can be made in ${settings.controlDirectory}`, { output: stderr })
  // Opened for both directions, a pipe keeps what was written until somebody reads it; close() discards it.
  const handle = await open(pipe, constants.O_RDWR)
  await handle.write(Buffer.concat([password.reveal(), Buffer.from('\n')]))
  return {
    env: {
      SSH_ASKPASS: script,
      SSH_ASKPASS_REQUIRE: 'force',
      HA_RUN_ASKPASS_HOST: promptHost(configuration),
      HA_RUN_ASKPASS_PIPE: pipe,
    },
    close: async () => handle.close(),
  }
}

/** The host as ssh names it when it asks: without the port that known_hosts has. */
function promptHost(configuration: string): string {
  return hostKeyName(configuration).replace(/^\[(.*)\]:\d+$/, '$1')
}
