import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { nodeStorage, storageFaults, storageOn, type Unwritten } from '../../runner/cluster/cib/storage.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import { until, warn, type ClusterTask, type TaskRef } from '../../runner/tasks/index.js'

/** An empty set of properties: adding and removing it are changes of the CIB, after which Pacemaker writes it. */
const emptySet = '<cluster_property_set id="ha-run-write"/>'

/** Time for a write after a change: Pacemaker begins at once, and an SD card is slow. */
const writeSeconds = 5

interface UnwrittenMember extends Unwritten {
  member: ClusterMember
  /** Why it cannot be written. */
  faults: string[]
}

/**
 * After a write of the CIB has failed, Pacemaker writes none any more until it restarts, or until its daemon gets a SIGPIPE
 * (docs/facts.md, CIB). The next change is written then, so one is made.
 */
export function cibIsOnDisk(needs: readonly TaskRef[]): ClusterTask<Node> {
  return clusterTask('pacemaker writes the CIB to disk', {
    needs,
    tolerant: true,
    async check(scope) {
      const unwritten = await settledUnwritten(scope)
      const full = unwritten.flatMap(({ member, faults }) => faults.map(fault => `${member.name}: ${fault}`))
      if (full.length > 0) return warn(`the CIB is in memory only: ${full.join('; ')}`)
      return unwritten.map(({ member, onDisk, inMemory }) => ({
        subject: `CIB on disk on ${member.name}`,
        from: onDisk,
        to: inMemory,
      }))
    },
    async apply(scope) {
      for (const { member } of await unwrittenOn(scope.members))
        await member.$({ timeout: '30s' })`kill -PIPE $(pidof pacemaker-based)`
      const { $ } = scope.leader
      await $({ timeout: '30s' })`cibadmin --modify --allow-create --scope crm_config --xml-text ${emptySet}`
      await $({ timeout: '30s' })`cibadmin --delete --scope crm_config --xml-text ${emptySet}`
      await until(
        'pacemaker to write the CIB to disk',
        writeSeconds,
        async () => {
          for (const member of scope.members) member.changed()
          return (await unwrittenOn(scope.members)).length === 0 ? true : undefined
        },
        { ...scope, hint: '`journalctl -u pacemaker` on the node shows why it cannot be written' },
      )
    },
  })
}

/** A write follows its change after a moment. */
async function settledUnwritten({ members, abandon, progress }: Scope): Promise<UnwrittenMember[]> {
  let unwritten = await unwrittenOn(members)
  if (unwritten.every(({ faults }) => faults.length > 0)) return unwritten
  await until(
    'the last change to be on disk',
    writeSeconds,
    async () => {
      for (const member of reachable(members)) await member.readAgain(nodeStorage)
      unwritten = await unwrittenOn(members)
      return unwritten.length === 0 ? true : undefined
    },
    { abandon, progress },
  ).catch((error: unknown) => {
    // The time is over: what is still behind is a difference.
    if (!(error instanceof TaskError)) throw error
  })
  return unwritten
}

async function unwrittenOn(members: ClusterMember[]): Promise<UnwrittenMember[]> {
  const all = await storageOn(members)
  return all.flatMap(({ member, storage, unwritten }) =>
    unwritten ? [{ member, ...unwritten, faults: storageFaults(storage) }] : [],
  )
}
