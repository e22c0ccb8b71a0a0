import { clusterTaskUnlessForeign, unlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import type { Cluster, QuorumDevice } from '../../runner/cluster/declaration/declaration.js'
import { corosyncRunsItsFiles } from '../../runner/cluster/rollout/load.js'
import { role, type ClusterRole } from '../../runner/cluster/role.js'
import { packageState } from '../../runner/facts/packages.js'
import { guard, onSupporting, packages, service } from '../../runner/tasks/index.js'
import { authkeyTasks } from '../authkey/refs.js'
import { declaredConf } from '../corosync/conf.js'
import { corosyncTasks } from '../corosync/refs.js'
import { arbiterAnswers } from './answers.js'
import { arbiterVotes } from './arbiter-vote.js'
import { certificates } from './certificates.js'
import { startWithCorosync } from './start-with-corosync.js'
import { withoutArbiter } from './without-arbiter.js'

/**
 * The arbiter: a further machine that has a vote, so that of two halves of a cluster exactly one goes on. Without a declared one,
 * the role removes what an earlier run set up.
 */
export default role(
  'quorum-device',
  ({ cluster }) => (cluster.quorumDevice ? withArbiter(cluster, cluster.quorumDevice) : [withoutArbiter()]),
  { supporting: ({ quorumDevice }) => (quorumDevice ? [quorumDevice.arbiter] : []) },
)

function withArbiter(cluster: Cluster, device: QuorumDevice): ReturnType<ClusterRole['tasks']> {
  // apt-get install corosync-qnetd on the arbiter; the package runs corosync-qnetd-certutil -i
  const server = onSupporting(packages(['corosync-qnetd'], { units: ['corosync-qnetd.service'] }))
  // systemctl enable --now corosync-qnetd
  const serves = onSupporting(service('corosync-qnetd.service', { enabled: true, running: true, needs: [server] }))
  const client = unlessForeign(packages(['corosync-qdevice'], { units: ['corosync-qdevice.service'] }))
  const answers = arbiterAnswers(device, [serves])
  // corosync-qdevice-net-certutil -Q, without its ssh between the machines
  const certificate = clusterTaskUnlessForeign(certificates(cluster, [server, client, serves]))
  // quorum { device { … } } instead of two_node, on all nodes
  const conf = clusterTaskUnlessForeign(declaredConf(cluster, [corosyncTasks.write], { quorumDevice: 'declared' }))
  // corosync-cfgtool -R
  const runs = corosyncRunsItsFiles(cluster, [conf, corosyncTasks.runsItsFiles, authkeyTasks.runsItsFiles])
  const withCorosync = startWithCorosync([client]).map(unlessForeign)
  const atBoot = unlessForeign(service('corosync-qdevice.service', { enabled: true, needs: [client] }))
  return [
    guard('corosync is installed', {
      needs: [corosyncTasks.install],
      isMet: async ({ read }) => (await read(packageState('corosync'))).version !== undefined,
      hint: 'run the roles before this one first: `ha-run corosync authkey quorum-device`',
    }),
    server,
    serves,
    client,
    answers,
    certificate,
    conf,
    runs,
    ...withCorosync,
    atBoot,
    // systemctl start corosync-qdevice, and corosync-quorumtool -s until the vote counts
    clusterTaskUnlessForeign(arbiterVotes(device, [client, certificate, conf, runs])),
  ]
}
