import { unlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { hold, keepOriginal, packages, service } from '../../runner/tasks/index.js'
import { confPath } from '../../runner/cluster/corosync/files.js'
import { corosyncRunsItsFiles } from '../../runner/cluster/rollout/load.js'
import { role } from '../../runner/cluster/role.js'
import { isManaged } from '../../runner/cluster/corosync/written-conf.js'
import { declaredConf } from './conf.js'
import { noDefaultCluster } from './default-cluster.js'
import { restartKilledCorosync } from './restart.js'

/** Installs Corosync, writes the same corosync.conf on every node, and makes the running daemons use it. */
export default role('corosync', ({ cluster }) => {
  // apt-get install corosync, without the one-node cluster that Debian's package would start
  const install = packages(['corosync'], { units: ['corosync.service', 'pacemaker.service'] })
  // systemctl stop pacemaker corosync, and the default cluster's CIB moved to /var/backups
  const defaultCluster = noDefaultCluster([install])
  // corosync -t on every node's new corosync.conf, and only then mv on all of them
  const write = declaredConf(cluster, [defaultCluster])
  return [
    install,
    ...hold('corosync', cluster.holdPackages, [install]),
    defaultCluster,
    // cp corosync.conf corosync.conf.default
    unlessForeign(keepOriginal(confPath, '.default', { needs: [install], isOriginal: text => !isManaged(text) })),
    write,
    // systemctl enable corosync
    unlessForeign(service('corosync.service', { enabled: true, needs: [install] })),
    // Restart=on-failure in a drop-in, and systemctl daemon-reload
    ...restartKilledCorosync([install]).map(unlessForeign),
    // systemctl start corosync; for changes corosync-cfgtool -R, or systemctl stop and start node by node if a reload
    // cannot apply them
    corosyncRunsItsFiles(cluster, [install, write, defaultCluster]),
  ]
})
