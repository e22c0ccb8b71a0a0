import { clusterTaskUnlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { corosyncRunsItsFiles } from '../../runner/cluster/rollout/load.js'
import { role } from '../../runner/cluster/role.js'
import { prerequisite } from '../../runner/tasks/task.js'
import { packageVersion } from '../../runner/facts/packages.js'
import { sharedKey } from './key.js'

const share = 'one key for all nodes'

/**
 * Gives every node the same authkey, by which the nodes of the ring recognise each other. An existing key is kept; a new one has
 * the size and source of `corosync-keygen -l`.
 */
export default role('authkey', ({ cluster }) => [
  prerequisite('corosync is installed', {
    needs: ['corosync: install corosync'],
    holds: async ({ read }) => await read(packageVersion('corosync')) !== undefined,
    remedy: 'run the corosync role first: `ha-run corosync authkey`',
  }),
  // install -m 0400 authkey /etc/corosync, on all nodes
  clusterTaskUnlessForeign(sharedKey(share)),
  // corosync-cfgtool -R, which makes all nodes load the key together
  corosyncRunsItsFiles(cluster, [share, ...[
    'install corosync', 'write /etc/corosync/corosync.conf', 'no default cluster', 'corosync runs what its files say',
  ].map(task => `corosync: ${task}`)]),
])
