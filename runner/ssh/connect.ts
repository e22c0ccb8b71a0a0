import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from '../errors.js'
import { askpassIn } from './askpass.js'
import { SshChannel, startProcess } from './channel.js'
import { isSshFailure, isThrottled, isUnknownHostKey } from './diagnose.js'
import { readFingerprints } from './host-key.js'
import { type ConnectOptions, loginCommand, untilShellReady } from './login.js'
import { NodeConnection } from './node-connection.js'
import { masterArgs, type Destination } from './openssh.js'
import { Session } from './session.js'

/** sshd drops connections while too many others log in (MaxStartups). */
const maxAttempts = 3

/**
 * Opens the one connection to a node and the shell on it.
 *
 * @throws ConnectError with the messages of ssh or sudo, and a hint.
 */
export async function connect(name: string, destination: Destination, given: ConnectOptions): Promise<NodeConnection> {
  // As for Ansible, what the inventory says about the host counts before the command line.
  const options = destination.becomePassword ? { ...given, becomePassword: destination.becomePassword } : given
  const { password } = destination
  for (let attempt = 1; ; attempt += 1) {
    const askpass = password && { ...askpassIn(options.controlDirectory), password }
    const login = loginCommand(destination.become, options.becomePassword !== undefined)
    const channel = new SshChannel(startProcess(masterArgs(name, destination, options, login), askpass?.env), name)
    try {
      await untilShellReady(channel, name, options, askpass)
      return new NodeConnection(name, new Session(channel, name), destination, options)
    } catch (error) {
      if (attempt === maxAttempts || !isThrottled(channel.stderr) || options.abandon?.aborted)
        throw await explained(error, channel.stderr, name, destination, options)
      await sleep(200 * attempt + Math.random() * 300)
    }
  }
}

/** The error, with the fingerprint of an unknown host key and with what the user's ssh configuration adds to the failure. */
async function explained(
  error: unknown,
  stderr: string,
  name: string,
  destination: Destination,
  options: ConnectOptions,
): Promise<unknown> {
  if (!(error instanceof ConnectError) || !isSshFailure(stderr)) return error
  const fingerprints = isUnknownHostKey(stderr) ? await readFingerprints(destination, options) : []
  const message = fingerprints.length === 0 ? error.message : `${error.message}: it is ${fingerprints.join(', ')}`
  // Only a failure needs it, and ssh-config takes time to load.
  const { userConfigHint } = await import('./user-config.js')
  const hint = [error.hint, await userConfigHint(name, destination.host, options.configFile)]
    .filter(line => line !== undefined)
    .join('\n')
  return new ConnectError(message, { hint, output: error.output })
}
