import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { onNodes, readOnAll, refuseUnselected } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import { fileState } from '../../runner/facts/files.js'
import { sh } from '../../runner/ssh/quote.js'
import type { ClusterTask } from '../../runner/tasks/index.js'
import { corosyncTasks } from '../corosync/refs.js'
import { nodeDatabase } from './certificate-state.js'
import { startDropIn } from './start-with-corosync.js'

/**
 * Removes from the nodes what ha-run set up for an arbiter that is declared no more. Corosync has stopped to count its vote before:
 * the role corosync has written and loaded a corosync.conf without it. The arbiter keeps corosync-qnetd, which other clusters may use.
 */
export function withoutArbiter(): ClusterTask<Node> {
  return clusterTask('no former arbiter', {
    needs: [corosyncTasks.runsItsFiles],
    async check(scope) {
      const former = (await readOnAll(scope.members, fileState(startDropIn))).flatMap(([member, state]) =>
        state ? [member] : [],
      )
      if (former.length === 0) return []
      refuseUnselected(scope, former)
      const counting = (await readOnAll(former, runningCmap)).filter(([, cmap]) => cmap?.has('quorum.device.model'))
      if (counting.length > 0)
        throw new TaskError(
          `${onNodes(
            'Corosync counts the vote of a quorum device',
            counting.map(([member]) => member),
          )}, which is not declared`,
          { hint: 'run the corosync role first: `ha-run corosync quorum-device`' },
        )
      return former.map(member => ({
        subject: onNodes('corosync-qdevice', [member]),
        from: 'set up by ha-run',
        to: undefined,
      }))
    },
    async apply({ members }) {
      const former = (await readOnAll(members, fileState(startDropIn))).flatMap(([member, state]) =>
        state ? [member] : [],
      )
      await Promise.all(former.map(({ $ }) => $({ timeout: '120s' }).script(removeScript)))
    },
  })
}

/** The drop-in is removed last: an interrupted removal is repeated as long as it is there. */
const removeScript = sh`set -e
systemctl -q disable --now corosync-qdevice.service
rm -rf -- ${nodeDatabase}
rm -f -- ${startDropIn}
systemctl daemon-reload`
