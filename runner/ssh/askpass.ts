import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * How ssh gets the password of the login. ssh runs the program in SSH_ASKPASS with its question as the argument, and with ssh's own
 * stdin and stderr (docs/facts.md, SSH). The program asks ha-run on stderr, reads one line of stdin, and prints it for ssh.
 * So the password is in no argument, environment or file, and leaves this process only when ssh asks for it.
 *
 * The program answers only the ssh process that ha-run started: a jump host has an ssh process of its own, and chooses the text of its
 * questions. It refuses all other questions, such as for a key's passphrase or about the host key.
 */
export interface Askpass {
  /** The environment of ssh. */
  env: Record<string, string>
  /** What the program prints on stderr. No server can know it, since it is random. */
  request: string
}

const program = `#!/bin/sh
[ "$PPID" = "$HA_RUN_SSH_PID" ] || exit 1
case $1 in
*"'s password: " | "("*") Password: ") ;;
*) exit 1 ;;
esac
echo "$HA_RUN_REQUEST" >&2
IFS= read -r password && printf '%s\\n' "$password"
`

/** Shell text before `exec ssh`: the process of the shell becomes that of ssh. */
export const exportProcess = 'export HA_RUN_SSH_PID=$$; '

/** The program is the same for all nodes of a run. SSH_ASKPASS_REQUIRE counts from OpenSSH 8.4 on. */
export function askpassIn(controlDirectory: string): Askpass {
  const file = join(controlDirectory, 'askpass')
  if (!existsSync(file)) {
    writeFileSync(file, program)
    chmodSync(file, 0o700)
  }
  const request = `ha-run: ssh asks for the password of the login (${randomBytes(6).toString('hex')})`
  return { env: { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: 'force', HA_RUN_REQUEST: request }, request }
}
