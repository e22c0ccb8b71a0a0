import { readProvenance } from '../../runner/cluster/adoption/provenance.js'
import { keyAttributes, keyPath } from '../../runner/cluster/corosync/files.js'
import { refuseMixedVersions } from '../../runner/cluster/rollout/mixed-versions.js'
import { forecastRekeying, refuseUnprotectedRekeying } from '../../runner/cluster/rollout/rekey.js'
import { replaceOnAll } from '../../runner/cluster/rollout/shared-file.js'
import { recordLoadedKey } from '../../runner/cluster/rollout/authkey.js'
import { generateKey } from '../authkey/key.js'
import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { loadedKeyEntry } from '../../runner/cluster/corosync/state.js'
import { readOnAll, refuseUnselected, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { skip, type ClusterTask } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { fileState } from '../../runner/facts/files.js'
import { fingerprint } from '../../runner/secret.js'

/** A new authkey, generated once per run: the task is in sync once all nodes have another key than before. */
export function newKey(name: string): ClusterTask<Node> {
  let formerHash: string | undefined
  return clusterTask(name, {
    async check(scope) {
      const [{ provenance }, hash] = await Promise.all([readProvenance(scope.members), commonHash(scope)])
      if (provenance === 'foreign') {
        throw new TaskError('ha-run does not rotate the authkey of a cluster that it has not built yet', {
          hint: 'by hand: copy a new key to every node, compare its hash on all of them, set maintenance-mode=true, run `corosync-cfgtool -R` on one, and end maintenance mode once all nodes are in one ring',
        })
      }
      if (hash === undefined) return skip('no authkey yet: the authkey role generates the first one')
      formerHash ??= hash
      if (hash !== formerHash) return []
      refuseUnselected(scope, scope.members)
      await refuseMixedVersions(scope.members)
      await refuseUnprotectedRekeying(scope)
      return [{ subject: keyPath, from: fingerprint(hash), to: 'a new key' }]
    },
    forecast: forecastRekeying,
    async apply({ members, leader }) {
      await recordWhereMissing(members, formerHash!)
      await replaceOnAll(members, keyPath, await generateKey(leader), keyAttributes)
    },
  })
}

/**
 * If systemd started Corosync, nothing has recorded which authkey it loaded. Later tasks compare the record with the new
 * file: without a record they would never load the new key.
 */
async function recordWhereMissing(members: ClusterMember[], hash: string): Promise<void> {
  const unrecorded = (await readOnAll(members, runningCmap)).filter(([, cmap]) => cmap && !cmap.has(loadedKeyEntry))
  await Promise.all(unrecorded.map(async ([member]) => recordLoadedKey(member, hash)))
}

/**
 * The hash of the authkey that all nodes share; undefined if none has one.
 *
 * @throws TaskError if the nodes' keys differ, or if one node's Corosync does not run and could not load the new key.
 */
async function commonHash({ members }: Scope): Promise<string | undefined> {
  const hashes = new Set((await readOnAll(members, fileState(keyPath))).map(([, state]) => state?.hash))
  if (hashes.size > 1)
    throw new TaskError(`${keyPath} is not the same on every node`, {
      hint: 'run the authkey role first: `ha-run authkey`',
    })
  const [hash] = hashes
  if (hash === undefined) return undefined
  const stopped = (await readOnAll(members, runningCmap)).filter(([, cmap]) => !cmap).map(([{ name }]) => name)
  if (stopped.length > 0)
    throw new TaskError(`corosync does not run on ${stopped.join(', ')}`, { hint: 'run `ha-run site` first' })
  return hash
}
