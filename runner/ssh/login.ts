import { ConnectError } from '../errors.js'
import type { Secret } from '../secret.js'
import type { SshChannel } from './channel.js'
import type { SshSettings } from './openssh.js'
import { quote } from './quote.js'

/**
 * ssh starts a POSIX sh on the node that is root and has an environment of its own: neither the login shell's files nor
 * the client's variables change it. Its first argument is the connection, as sshd describes it. Before, it prints one of these lines.
 */
export const passwordRequest = 'ha-run: sudo requires a password'
export const shellReady = 'ha-run: ready'

const shell = `${[
  'env',
  '-i',
  'HOME=/root',
  'USER=root',
  'LC_ALL=C',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'DEBIAN_FRONTEND=noninteractive',
  '/bin/sh',
  '-c',
  `umask 022; echo '${shellReady}'; exec /bin/sh -s -- "$1"`,
  'sh',
]
  .map(quote)
  .join(' ')} "$SSH_CONNECTION"`

/**
 * @param become - false: work as the login user. Otherwise sudo is used unless the login is root.
 * @param hasPassword - a password follows on stdin if it is requested. It must come alone: after a wrong one sudo would read
 *   the next lines as further attempts.
 */
export function loginCommand(become: boolean | undefined, hasPassword: boolean): string {
  if (become === false) return `exec ${shell}`
  const withPassword = hasPassword ? `exec sudo -S -p '' ${shell}` : 'exit 1'
  const script = `if [ "$(id -u)" = 0 ]; then exec ${shell}; fi
if ! command -v sudo >/dev/null; then echo 'sudo: not installed' >&2; exit 1; fi
if sudo -n true 2>/dev/null; then exec sudo -n ${shell}; fi
echo '${passwordRequest}'
${withPassword}`
  return `exec env LC_ALL=C /bin/sh -c ${quote(script)}`
}

export interface ConnectOptions extends SshSettings {
  becomePassword?: Secret | undefined
  /** Aborted once the connection is no longer needed. */
  abandon?: AbortSignal | undefined
}

/** From the start of ssh to a root shell: the connection, a slow sudo, a slow login shell. */
const shellTimeoutSeconds = 30

/** Of banners and whatever else a login prints. */
const maxLoginOutput = 1 << 20
const endlessLogin = {
  message: 'the login prints more than 1 MB',
  hint: 'log in by hand and see which file of the login shell, or which forced command, does so',
}

/** The password of the login, and the line of stderr that asks for it (askpass.ts). */
export interface LoginPassword {
  request: string
  password: Secret
}

/** Waits until the root shell on the node is ready, and answers ssh and sudo if they ask for a password. @throws ConnectError */
export async function untilShellReady(
  channel: SshChannel,
  name: string,
  { becomePassword: password, abandon }: ConnectOptions,
  login?: LoginPassword,
): Promise<void> {
  const send = (secret: Secret) => channel.write(`${secret.reveal().toString()}\n`)
  let output = ''
  let messages = ''
  let answered = 0
  const ready = new Promise<void>((resolve, reject) => {
    channel.onOutput('stdout', chunk => {
      if (output.includes(shellReady)) return
      const wasAsked = output.includes(passwordRequest)
      output += chunk.toString()
      if (output.length > maxLoginOutput) channel.kill(endlessLogin)
      if (!wasAsked && output.includes(passwordRequest) && password) send(password)
      if (output.includes(shellReady)) resolve()
    })
    channel.onOutput('stderr', chunk => {
      // From then on it is that of the scripts.
      if (output.includes(shellReady)) return
      messages += chunk.toString()
      if (messages.length > maxLoginOutput) channel.kill(endlessLogin)
      // At the end of its input sudo gives up after the first wrong password.
      if (messages.includes('Sorry, try again')) channel.end()
      // ssh asks once for each method of authentication.
      if (!login) return
      for (const requests = messages.split(login.request).length - 1; answered < requests; answered += 1)
        send(login.password)
    })
    void channel.closed.then(reason => {
      reject(
        output.includes(passwordRequest) && !password
          ? new ConnectError(`${name}: sudo requires a password`, { hint: 'run again with --ask-become-pass' })
          : reason,
      )
    })
  })
  const timer = setTimeout(
    () =>
      channel.kill({
        message: `no root shell within ${shellTimeoutSeconds} s`,
        hint: 'the node is overloaded, or its login waits for something (a forced command, a file of the login shell): log in by hand to see',
      }),
    1000 * shellTimeoutSeconds,
  )
  const onAbandon = () => channel.kill({ message: 'interrupted while connecting' })
  abandon?.addEventListener('abort', onAbandon)
  try {
    await ready
    channel.ready()
  } finally {
    clearTimeout(timer)
    abandon?.removeEventListener('abort', onAbandon)
  }
}
