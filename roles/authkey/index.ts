import { clusterTaskUnlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { corosyncRunsItsFiles } from '../../runner/cluster/rollout/load.js'
import { role } from '../../runner/cluster/role.js'
import { guard } from '../../runner/tasks/index.js'
import { packageState } from '../../runner/facts/packages.js'
import { corosyncTasks } from '../corosync/refs.js'
import { sharedKey } from './key.js'

/**
 * Gives every node the same authkey, by which the nodes of the ring recognise each other. An existing key is kept; a
 * new one has the size and source of `corosync-keygen -l`.
 */
export default role('authkey', ({ cluster }) => {
  // install -m 0400 authkey /etc/corosync, on all nodes
  const share = clusterTaskUnlessForeign(sharedKey('one key for all nodes'))
  return [
    guard('corosync is installed', {
      needs: [corosyncTasks.install],
      isMet: async ({ read }) => (await read(packageState('corosync'))).version !== undefined,
      hint: 'run the corosync role first: `ha-run corosync authkey`',
    }),
    share,
    // corosync-cfgtool -R, which makes all nodes load the key together
    corosyncRunsItsFiles(cluster, [
      share,
      corosyncTasks.install,
      corosyncTasks.write,
      corosyncTasks.noDefaultCluster,
      corosyncTasks.runsItsFiles,
    ]),
  ]
})
