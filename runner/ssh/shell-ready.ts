import { ConnectError } from '../errors.js'
import type { Secret } from '../secret.js'
import type { SshChannel } from './channel.js'
import { passwordRequest, shellReady } from './login.js'
import type { SshSettings } from './openssh.js'

export interface ConnectOptions extends SshSettings {
  becomePassword?: Secret | undefined
  /** Aborted once the connection is no longer needed. */
  abandon?: AbortSignal | undefined
}

/** From the start of ssh to a root shell: the connection, a slow sudo, a slow login shell. */
const shellTimeoutSeconds = 30

/** Waits until the root shell on the node is ready, and answers sudo if it asks for a password. @throws ConnectError */
export async function untilShellReady(channel: SshChannel, name: string, { becomePassword: password, abandon }: ConnectOptions): Promise<void> {
  let output = ''
  const ready = new Promise<void>((resolve, reject) => {
    channel.onOutput('stdout', chunk => {
      if (output.includes(shellReady)) return
      const wasAsked = output.includes(passwordRequest)
      output += chunk.toString()
      if (!wasAsked && output.includes(passwordRequest) && password) channel.write(`${password.reveal().toString()}\n`)
      if (output.includes(shellReady)) resolve()
    })
    // At the end of its input sudo gives up after the first wrong password.
    channel.onOutput('stderr', chunk => {
      if (chunk.toString().includes('Sorry, try again')) channel.end()
    })
    void channel.closed.then(reason => {
      reject(output.includes(passwordRequest) && !password
        ? new ConnectError(`${name}: sudo requires a password`, { hint: 'run again with --ask-become-pass' })
        : reason)
    })
  })
  const timer = setTimeout(() => channel.kill(`no root shell within ${shellTimeoutSeconds} s`), 1000 * shellTimeoutSeconds)
  const onAbandon = () => channel.kill('interrupted while connecting')
  abandon?.addEventListener('abort', onAbandon)
  try {
    await ready
    channel.ready()
  } finally {
    clearTimeout(timer)
    abandon?.removeEventListener('abort', onAbandon)
  }
}
