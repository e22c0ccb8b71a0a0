import { readProvenance } from '../../runner/cluster/adoption/provenance.js'
import { keyAttributes, keyPath } from '../../runner/cluster/corosync/files.js'
import { replaceOnAll } from '../../runner/cluster/rollout/shared-file.js'
import { generateKey } from '../../runner/cluster/rollout/authkey.js'
import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { loadedKeyEntry } from '../../runner/cluster/corosync/state.js'
import { readOnAll, refuseUnselected, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { skip, type ClusterTask } from '../../runner/tasks/task.js'
import { TaskError } from '../../runner/errors.js'
import { fileState } from '../../runner/facts/files.js'
import { fingerprint } from '../../runner/secret.js'

/** One new key, made once in a run: the task is in sync when every node holds another key than before. */
export function newKey(name: string): ClusterTask<Node> {
  let former: string | undefined
  return clusterTask(name, {
    async check(scope) {
      const [{ provenance }, hash] = await Promise.all([readProvenance(scope.members), commonHash(scope)])
      if (provenance === 'foreign') {
        throw new TaskError('the key is that of a cluster that ha-run has not built: it is not rotated yet', {
          hint: 'by hand: the new key onto every node, compare its hash everywhere, then `corosync-cfgtool -R` on one of them',
        })
      }
      if (hash === undefined) return skip('there is no key yet: the authkey role makes the first one')
      former ??= hash
      if (hash !== former) return []
      refuseUnselected(scope, scope.members)
      return [{ subject: keyPath, from: fingerprint(hash), to: 'a new key' }]
    },
    async apply({ members, leader }) {
      await noteLoaded(members, former!)
      await replaceOnAll(members, keyPath, await generateKey(leader), keyAttributes)
    },
  })
}

/**
 * A Corosync that systemd started has no note of its key: without one, nobody could tell afterwards that it runs with
 * another one than its file, and the new key would never be loaded.
 */
async function noteLoaded(members: ClusterMember[], hash: string): Promise<void> {
  const nameless = (await readOnAll(members, runningCmap)).filter(([, cmap]) => cmap && !cmap.has(loadedKeyEntry))
  await Promise.all(nameless.map(async ([{ $ }]) => $`corosync-cmapctl -s ${loadedKeyEntry} str ${hash}`))
}

/**
 * The hash of the one key that all nodes hold; undefined where none holds any.
 *
 * @throws TaskError where nodes differ, or one does not run and so could not take the new key up with the others.
 */
async function commonHash({ members }: Scope): Promise<string | undefined> {
  const hashes = new Set((await readOnAll(members, fileState(keyPath))).map(([, state]) => state?.hash))
  if (hashes.size > 1) throw new TaskError(`${keyPath} is not the same on every node`, { hint: 'run the authkey role first: `ha-run authkey`' })
  const [hash] = hashes
  if (hash === undefined) return undefined
  const silent = (await readOnAll(members, runningCmap)).filter(([, cmap]) => !cmap).map(([{ name }]) => name)
  if (silent.length > 0) throw new TaskError(`corosync does not run on ${silent.join(', ')}`, { hint: 'run `ha-run site` first' })
  return hash
}
