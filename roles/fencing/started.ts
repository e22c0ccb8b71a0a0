import type { FencingDevice } from '../../runner/cluster/declaration/declaration.js'
import type { Scope } from '../../runner/cluster/members.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { devicesFor } from '../../runner/cluster/pacemaker/fencing-facts.js'
import { until } from '../../runner/tasks/index.js'
import { primitivesStarted } from '../../runner/cluster/pacemaker/started.js'

/** Longer than Pacemaker needs to compute its devices again on every node. */
const registrationTimeoutSeconds = 30

/** Waits until Pacemaker monitors each device. What failed before did so with the former parameters: the devices have just answered. */
export async function devicesStarted(scope: Scope, devices: FencingDevice[]): Promise<void> {
  const ids = devices.map(({ id }) => id)
  const state = await scope.leader.readAgain(clusterState)
  const failed = ids.filter(id => state?.failures.some(({ operation }) => operation.startsWith(`${id}_`)))
  for (const id of failed) await scope.leader.$({ timeout: '30s' })`crm_resource --cleanup --resource ${id}`
  await primitivesStarted(scope, ids)
}

/** Waits until the fencers know a device for every node on another one. */
export async function everyNodeCanBeFenced({ members, abandon, progress }: Scope): Promise<void> {
  await until(
    'a device for every node',
    registrationTimeoutSeconds,
    async report => {
      for (const member of members) member.changed()
      const covered = await Promise.all(
        members.map(async ({ name }) => {
          const others = members.filter(other => other.name !== name)
          return (await Promise.all(others.map(async other => other.read(devicesFor(name))))).flat().length > 0
        }),
      )
      const without = members.filter((_, at) => !covered[at]).map(({ name }) => name)
      report(`none yet for ${without.join(', ')}`)
      return without.length === 0 || undefined
    },
    { hint: '`stonith_admin --list NODE` shows by which devices a node can fence another one', abandon, progress },
  )
}
