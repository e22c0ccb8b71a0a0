import { keyAttributes, keyPath } from '../../runner/cluster/corosync/files.js'
import { correctAttributes, replaceOnAll, withWrongAttributes } from '../../runner/cluster/rollout/shared-file.js'
import { generateKey } from '../../runner/cluster/rollout/authkey.js'
import { loadedKeyEntry } from '../../runner/cluster/corosync/state.js'
import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { onNodes, readOnAll, refuseUnselected, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import type { ClusterTask } from '../../runner/tasks/task.js'
import { TaskError } from '../../runner/errors.js'
import { fileState, type FileState } from '../../runner/facts/files.js'
import { fingerprint, Secret } from '../../runner/secret.js'

/** The same key on every node: an existing one is kept, a new one is made only where there was none at all. */
export function sharedKey(name: string): ClusterTask<Node> {
  return clusterTask(name, {
    needs: ['corosync: install corosync'],
    async check(scope) {
      const { kept, wrong, askew } = await observe(scope)
      refuseUnselected(scope, [...wrong.map(([member]) => member), ...askew.map(({ member }) => member)])
      return [
        ...wrong.map(([member, state]) => ({
          subject: onNodes(keyPath, [member]),
          from: state?.hash === undefined ? undefined : fingerprint(state.hash),
          to: kept === undefined ? 'a new key' : fingerprint(kept),
        })),
        ...askew.flatMap(({ differences }) => differences),
      ]
    },
    async apply(scope) {
      const { holder, wrong, askew } = await observe(scope)
      if (wrong.length > 0) {
        const key = await (holder ? readKey(holder) : generateKey(scope.leader))
        await replaceOnAll(wrong.map(([member]) => member), keyPath, key, keyAttributes)
      }
      await correctAttributes(askew.map(({ member }) => member), keyPath, keyAttributes)
    },
  })
}

/** Which key stays and who holds it, and which nodes hold another, none, or it with a wrong mode or owner. */
async function observe(scope: Scope) {
  const states = await readOnAll(scope.members, fileState(keyPath))
  const kept = keptKey(states.map(([{ name }, state]) => [name, state?.hash]), await loadedHashes(scope))
  const isKept = (state: FileState | undefined) => state?.hash !== undefined && state.hash === kept
  return {
    kept,
    holder: states.find(([, state]) => isKept(state))?.[0],
    wrong: states.filter(([, state]) => !isKept(state)),
    askew: withWrongAttributes(keyPath, keyAttributes, states),
  }
}

/**
 * Which key stays: the only one there is, else the one that Corosync has loaded.
 *
 * @param hashes - of each node's file, undefined where there is none.
 * @param loaded - hashes of what running daemons have noted.
 * @returns undefined where no node has a key, and none is loaded.
 * @throws TaskError where no file, or more than one, holds what is loaded, and where different keys are held and
 *   none is known to be loaded.
 */
export function keptKey(hashes: [node: string, hash: string | undefined][], loaded: Set<string>): string | undefined {
  const distinct = [...new Set(hashes.flatMap(([, hash]) => hash ?? []))]
  // One key on all nodes is what the next load will make true, also where a rotation was interrupted.
  const isShared = distinct.length === 1 && hashes.every(([, hash]) => hash !== undefined)
  if (isShared || (distinct.length < 2 && (loaded.size === 0 || loaded.has(distinct[0] ?? '')))) return distinct[0]
  const inUse = distinct.filter(hash => loaded.has(hash))
  if (inUse.length === 1) return inUse[0]
  const who = hashes.map(([node, hash]) => `${node} ${hash === undefined ? '(none)' : fingerprint(hash)}`).join(', ')
  throw new TaskError(`it cannot be told which key is the right one: ${who}; corosync has loaded ${[...loaded].map(fingerprint).join(', ') || 'one that nobody noted'}`, {
    hint: `copy the right ${keyPath} to every node, or remove the wrong ones, and run again`,
  })
}

async function loadedHashes({ members }: Scope): Promise<Set<string>> {
  const all = await readOnAll(members, runningCmap)
  return new Set(all.flatMap(([, cmap]) => cmap?.get(loadedKeyEntry)?.value ?? []))
}

/** The bytes pass through this machine's memory and nowhere else. */
async function readKey({ $ }: ClusterMember): Promise<Secret> {
  const { stdout } = await $({ secretOutput: true })`base64 -w0 -- ${keyPath}`
  return new Secret(Buffer.from(stdout, 'base64'))
}
