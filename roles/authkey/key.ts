import { keyAttributes, keyPath } from '../../runner/cluster/corosync/files.js'
import {
  correctAttributes,
  discardLeft,
  leftStaged,
  replaceOnAll,
  withWrongAttributes,
} from '../../runner/cluster/rollout/shared-file.js'
import { loadedKeyEntry } from '../../runner/cluster/corosync/state.js'
import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { onNodes, readOnAll, refuseUnselected, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import type { ClusterTask } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { fileState, type FileState } from '../../runner/facts/files.js'
import { fingerprint, Secret } from '../../runner/secret.js'
import { corosyncTasks } from '../corosync/refs.js'

/** The same authkey on every node. An existing key is kept; a new one is generated only if no node has one. */
export function sharedKey(name: string): ClusterTask<Node> {
  return clusterTask(name, {
    needs: [corosyncTasks.install],
    async check(scope) {
      const [{ hash, others, withWrongMode }, left] = await Promise.all([
        compareKeys(scope),
        leftStaged(scope.members, keyPath),
      ])
      refuseUnselected(scope, [
        ...others.map(([member]) => member),
        ...[...withWrongMode, ...left].map(({ member }) => member),
      ])
      return [
        ...others.map(([member, state]) => ({
          subject: onNodes(keyPath, [member]),
          from: state?.hash === undefined ? undefined : fingerprint(state.hash),
          to: hash === undefined ? 'a new key' : fingerprint(hash),
        })),
        ...withWrongMode.flatMap(({ differences }) => differences),
        ...left.map(({ difference }) => difference),
      ]
    },
    async apply(scope) {
      const { source, others, withWrongMode } = await compareKeys(scope)
      if (others.length > 0) {
        const key = await (source ? readKey(source) : generateKey(scope.leader))
        await replaceOnAll(
          others.map(([member]) => member),
          keyPath,
          key,
          keyAttributes,
        )
      }
      await correctAttributes(
        withWrongMode.map(({ member }) => member),
        keyPath,
        keyAttributes,
      )
      await discardLeft(scope.members, keyPath)
    },
  })
}

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

/**
 * The hash of the key to use and a node that has it; the nodes with another key or none; and those with a wrong mode or
 * owner.
 */
async function compareKeys(scope: Scope) {
  const states = await readOnAll(scope.members, fileState(keyPath))
  const hash = chooseKey(
    states.map(([{ name }, state]) => [name, state?.hash]),
    await loadedHashes(scope),
  )
  const isChosen = (state: FileState | undefined) => state?.hash !== undefined && state.hash === hash
  return {
    hash,
    source: states.find(([, state]) => isChosen(state))?.[0],
    others: states.filter(([, state]) => !isChosen(state)),
    withWrongMode: withWrongAttributes(keyPath, keyAttributes, states),
  }
}

/**
 * Chooses the key for all nodes: the only one that exists, else the one that Corosync has loaded.
 *
 * @param hashes - the hash of each node's key file; undefined if it has none.
 * @param loaded - the hashes of the keys that running daemons have loaded, as far as recorded.
 * @returns the hash of the key; undefined if no node has a key and none is loaded.
 * @throws TaskError if the loaded key is in no file, if several keys are loaded, or if the files differ and no loaded
 *   key is known.
 */
export function chooseKey(hashes: [node: string, hash: string | undefined][], loaded: Set<string>): string | undefined {
  const distinct = [...new Set(hashes.flatMap(([, hash]) => hash ?? []))]
  // The same key on all nodes is what the next reload will load, even after an interrupted rotation.
  const isShared = distinct.length === 1 && hashes.every(([, hash]) => hash !== undefined)
  if (isShared || (distinct.length < 2 && (loaded.size === 0 || loaded.has(distinct[0] ?? '')))) return distinct[0]
  const inUse = distinct.filter(hash => loaded.has(hash))
  if (inUse.length === 1) return inUse[0]
  const files = hashes.map(([node, hash]) => `${node} ${hash === undefined ? '(none)' : fingerprint(hash)}`).join(', ')
  throw new TaskError(
    `the nodes' authkeys differ, and it is not known which one is right: ${files}; corosync has loaded ${[...loaded].map(fingerprint).join(', ') || 'an unknown one'}`,
    {
      hint: `copy the right ${keyPath} to every node, or remove the wrong ones, then run again`,
    },
  )
}

async function loadedHashes({ members }: Scope): Promise<Set<string>> {
  const cmaps = await readOnAll(members, runningCmap)
  return new Set(cmaps.flatMap(([, cmap]) => cmap?.get(loadedKeyEntry)?.value ?? []))
}
