import { corosyncRunsItsFiles } from '../../runner/cluster/rollout/load.js'
import { role } from '../../runner/cluster/role.js'
import { newKey } from './new-key.js'

const share = 'a new key for all nodes'

/**
 * Gives the ring a new key while it runs: Corosync takes it up by a reload, all nodes at once, and no membership
 * changes. Interrupted before the reload, it is finished by the next run of the authkey role.
 */
export default role('rotate-key', ({ cluster }) => [newKey(share), corosyncRunsItsFiles(cluster, [share])])
