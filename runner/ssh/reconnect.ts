import { mkdtemp, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { connect } from './connect.js'
import type { NodeConnection } from './node-connection.js'
import { hostKeyName, type Destination, type SshSettings } from './openssh.js'
import type { ConnectOptions } from './login.js'
import { effectiveConfig } from './user-config.js'

/**
 * The same host at another address: ssh's configuration for it still applies, and so does its known host key.
 *
 * @throws ConnectError if ssh cannot read its configuration.
 */
export async function withAddress(
  connection: Destination,
  address: string,
  settings: SshSettings,
): Promise<Destination> {
  if (connection.override) return { ...connection, override: { ...connection.override, address } }
  return {
    ...connection,
    override: { address, hostKeyAlias: hostKeyName(await effectiveConfig(connection, settings)) },
  }
}

/** Begins the names of the directories of later connections, which all stand in that of the first. */
const prefix = 'again-'

/**
 * A second connection to a node, with a master of its own: the first one may be dead without ssh having noticed.
 *
 * @param address - of the node; by default the one that the first connection used.
 * @param timeoutSeconds - for the attempt: to a machine that is just shutting down it could hang for long.
 * @throws ConnectError with the messages of ssh or sudo, and a hint.
 */
export async function reconnect(
  { name, destination, settings }: NodeConnection,
  address?: string,
  timeoutSeconds?: number,
): Promise<NodeConnection> {
  const former = settings.controlDirectory
  // One inside the other, they would soon be too long for a socket's path (docs/facts.md, SSH).
  const controlDirectory = await mkdtemp(join(basename(former).startsWith(prefix) ? dirname(former) : former, prefix))
  const signals = [
    settings.abandon,
    timeoutSeconds === undefined ? undefined : AbortSignal.timeout(timeoutSeconds * 1000),
  ].filter(signal => signal !== undefined)
  const own: ConnectOptions = { ...settings, controlDirectory, abandon: AbortSignal.any(signals) }
  try {
    return await connect(name, address === undefined ? destination : await withAddress(destination, address, own), own)
  } catch (error) {
    await rm(controlDirectory, { recursive: true, force: true })
    throw error
  }
}
