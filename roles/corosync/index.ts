import { unlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { hold } from '../../runner/tasks/hold.js'
import { keepOriginal } from '../../runner/tasks/keep-original.js'
import { packages } from '../../runner/tasks/packages.js'
import { service } from '../../runner/tasks/service.js'
import { confPath } from '../../runner/cluster/corosync/files.js'
import { corosyncRunsItsFiles } from '../../runner/cluster/rollout/load.js'
import { role } from '../../runner/cluster/role.js'
import { isManaged } from '../../runner/cluster/corosync/written-conf.js'
import { declaredConf } from './conf.js'
import { noDefaultCluster } from './default-cluster.js'
import { restartOnFailure } from './restart.js'

const install = 'install corosync'
const write = `write ${confPath}`

/** The cluster's ring: the daemon, its configuration, and that it runs with it. */
export default role('corosync', ({ cluster }) => [
  packages(['corosync'], { units: ['corosync.service', 'pacemaker.service'] }),
  ...hold('corosync', cluster.holdPackages, [install]),
  noDefaultCluster([install]),
  unlessForeign(keepOriginal(confPath, '.default', { needs: [install], isOriginal: text => !isManaged(text) })),
  declaredConf(write, cluster),
  unlessForeign(service('corosync.service', { enabled: true, needs: [install] })),
  ...restartOnFailure([install]).map(unlessForeign),
  corosyncRunsItsFiles(cluster, [install, write, 'no default cluster']),
])
