import type { ClusterState } from '../../runner/cluster/crm-mon.js'
import type { Node } from '../../runner/cluster/declaration.js'
import { clusterState } from '../../runner/cluster/facts.js'
import { readOnAll, reachable, refuseUnselected, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import type { Difference } from '../../runner/engine/events.js'
import type { ClusterTask } from '../../runner/engine/task.js'
import { until } from '../../runner/engine/until.js'
import { unitState } from '../../runner/facts/units.js'

/** Seconds: a fresh cluster waits 20 for peers (`dc-deadtime`) before it elects, and a Raspberry Pi is slow. */
const electionTime = 90

/**
 * Started on all nodes that need it at once, then waited for together: a node started alone has no quorum, and its
 * start would seem to hang.
 */
export function pacemakerRuns(name: string, needs: readonly string[]): ClusterTask<Node> {
  return clusterTask(name, {
    needs,
    tolerant: true,
    check: async scope => findings(scope, await views(scope)),
    async apply(scope) {
      const units = await readOnAll(scope.members, unitState('pacemaker.service'))
      const stopped = units.filter(([, { active }]) => active !== 'active').map(([member]) => member)
      refuseUnselected(scope, stopped)
      await Promise.all(stopped.map(({ $ }) => $({ timeout: 90 })`systemctl reset-failed pacemaker.service; systemctl start pacemaker.service`))
      await until('a DC, and every reachable node online', electionTime, async () => {
        for (const member of scope.members) member.changed()
        return findings(scope, await views(scope)).length === 0 ? true : undefined
      }, { hint: '`crm_mon -1` and `journalctl -u pacemaker` on the nodes say more', abandon: scope.abandon })
    },
  })
}

async function views({ members }: Scope): Promise<[ClusterMember, ClusterState | undefined][]> {
  return readOnAll(members, clusterState)
}

/** What each node's own Pacemaker lacks. A node in standby or maintenance is online: an admin may mean that. */
function findings({ members }: Scope, seen: [ClusterMember, ClusterState | undefined][]): Difference[] {
  const silent = seen.filter(([, state]) => state === undefined)
  const views = seen.flatMap(([, state]) => state ?? [])
  const expected = reachable(members).map(({ name }) => name)
  const offline = expected.filter(name => views.some(({ nodes }) => !nodes.some(node => node.name === name && node.online && !node.pending)))
  return [
    ...silent.map(([{ name }]) => ({ subject: `pacemaker on ${name}`, from: 'not running', to: 'running' })),
    ...(views.some(({ dc }) => dc === undefined) ? [{ subject: 'DC', from: undefined, to: 'elected' }] : []),
    ...(views.some(({ dc, quorate }) => dc !== undefined && !quorate) ? [{ subject: 'quorum', from: 'no', to: 'yes' }] : []),
    ...offline.map(name => ({ subject: name, from: 'offline', to: 'online' })),
  ]
}
