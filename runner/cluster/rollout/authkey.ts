import { loadedKeyEntry } from '../corosync/state.js'
import type { ClusterMember } from '../members.js'

/** Records in Corosync's cmap the hash of the authkey that it has loaded. */
export async function recordLoadedKey({ $ }: ClusterMember, keyHash: string): Promise<void> {
  await $`corosync-cmapctl -s ${loadedKeyEntry} str ${keyHash}`
}
