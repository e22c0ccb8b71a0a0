import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'zx/core'
import { ConnectError } from '../errors.js'
import { connect, type ConnectOptions, type NodeConnection } from './connect.js'
import { configurationWords, hostKeyName, type Destination, type SshSettings } from './openssh.js'

/**
 * A host at another address: as ssh's configuration says in everything but where it is, and with the host key that is
 * known of it.
 *
 * @throws ConnectError where ssh's configuration cannot be read.
 */
export async function elsewhere(connection: Destination, address: string, settings: SshSettings): Promise<Destination> {
  if (connection.elsewhere) return { ...connection, elsewhere: { ...connection.elsewhere, address } }
  const quiet = $({ quiet: true, nothrow: true, timeout: '10s', stdio: ['ignore', 'pipe', 'pipe'] })
  const { exitCode, stdout, stderr } = await quiet`${configurationWords(connection, settings)}`
  if (exitCode !== 0) throw new ConnectError(`${connection.host}: ssh cannot read its configuration`, { output: stderr })
  return { ...connection, elsewhere: { address, hostKeyAlias: hostKeyName(stdout) } }
}

/**
 * A fresh connection to a node that there is one to already: it shares no master with that one, which may be dead
 * without anybody having noticed.
 *
 * @param address - where the node is to answer; without, it is looked for where that connection went.
 * @param patience - seconds until the attempt is given up: one to a machine that goes down just then would hang for long.
 * @throws ConnectError with what ssh or sudo said, and the remedy.
 */
export async function reconnect({ name, destination, settings }: NodeConnection, address?: string, patience?: number): Promise<NodeConnection> {
  const controlDirectory = await mkdtemp(join(settings.controlDirectory, 'again-'))
  const signals = [settings.abandon, patience === undefined ? undefined : AbortSignal.timeout(patience * 1000)].filter(signal => signal !== undefined)
  const own: ConnectOptions = { ...settings, controlDirectory, abandon: AbortSignal.any(signals) }
  try {
    return await connect(name, address === undefined ? destination : await elsewhere(destination, address, own), own)
  } catch (error) {
    await rm(controlDirectory, { recursive: true, force: true })
    throw error
  }
}
