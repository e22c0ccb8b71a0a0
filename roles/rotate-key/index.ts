import { corosyncRunsItsFiles } from '../../runner/cluster/rollout/load.js'
import { role } from '../../runner/cluster/role.js'
import { newKey } from './new-key.js'

/**
 * Replaces the authkey of a running ring: a new file on all nodes, then `corosync-cfgtool -R`, which makes all nodes
 * load it together without a change of membership. If the run is interrupted before the reload, the next run of the
 * authkey role completes it.
 */
export default role('rotate-key', ({ cluster }) => {
  const share = newKey('a new key for all nodes')
  return [share, corosyncRunsItsFiles(cluster, [share])]
})
