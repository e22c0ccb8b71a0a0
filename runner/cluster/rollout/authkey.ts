import { Secret } from '../../secret.js'
import { keyPath } from '../corosync/files.js'
import { loadedKeyEntry } from '../corosync/state.js'
import type { ClusterMember } from '../members.js'

/** The size that corosync-keygen 3.1.2 uses; longer keys fail under FIPS (docs/facts.md, Authkey). */
const keyBytes = 256

/**
 * Generates an authkey on a node as `corosync-keygen -l` does, from the kernel's random numbers, without writing it
 * there.
 */
export async function generateKey({ $ }: ClusterMember): Promise<Secret> {
  const { stdout } = await $({ secretOutput: true })`head -c ${keyBytes} /dev/urandom | base64 -w0`
  return new Secret(Buffer.from(stdout, 'base64'))
}

/** The node's authkey. Its bytes exist only in the memory of this process. */
export async function readKey({ $ }: ClusterMember): Promise<Secret> {
  const { stdout } = await $({ secretOutput: true })`base64 -w0 -- ${keyPath}`
  return new Secret(Buffer.from(stdout, 'base64'))
}

/** Records in Corosync's cmap the hash of the authkey that it has loaded. */
export async function recordLoadedKey({ $ }: ClusterMember, keyHash: string): Promise<void> {
  await $`corosync-cmapctl -s ${loadedKeyEntry} str ${keyHash}`
}
