import { clusterTaskUnlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { corosyncRunsItsFiles } from '../../runner/cluster/rollout/load.js'
import { role } from '../../runner/cluster/role.js'
import { prerequisite } from '../../runner/tasks/task.js'
import { packageVersion } from '../../runner/facts/packages.js'
import { sharedKey } from './key.js'

const share = 'one key for all nodes'

/** The key that the members of the ring know each other by. */
export default role('authkey', ({ cluster }) => [
  prerequisite('corosync is installed', {
    needs: ['corosync: install corosync'],
    holds: async ({ read }) => await read(packageVersion('corosync')) !== undefined,
    remedy: 'run the corosync role first: `ha-run corosync authkey`',
  }),
  clusterTaskUnlessForeign(sharedKey(share)),
  corosyncRunsItsFiles(cluster, [share, ...[
    'install corosync', 'write /etc/corosync/corosync.conf', 'no default cluster', 'corosync runs what its files say',
  ].map(task => `corosync: ${task}`)]),
])
