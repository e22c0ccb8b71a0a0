import { servesPage } from '../../runner/cluster/declaration.js'
import { assertion, role } from '../../runner/cluster/role.js'
import { withTopology } from '../../runner/cluster/topology.js'
import { configurationIsValid, everyNodeOnline, fencingIsOn, noFailedActions, oneDc } from './pacemaker.js'
import { daemonsAreHeld } from './packages.js'
import { floatingIpOnOneNode, resourcesPlaced } from './placement.js'
import { pageThroughFloatingIp } from './page.js'
import { daemonsComeBack } from './restart.js'
import { everyNodeJoined, linksConnected, quorate } from './ring.js'

/** Proves what the other roles have built: from every selected node's own view, and once from outside. */
export default role('verify', ({ cluster }) => [
  assertion('links are connected, at the declared addresses', linksConnected(cluster)),
  assertion('every declared node has joined', everyNodeJoined(cluster)),
  assertion('the cluster is quorate', quorate),
  assertion('all nodes agree on one DC', oneDc),
  assertion('all nodes are online', everyNodeOnline(cluster)),
  assertion('the configuration is valid', configurationIsValid),
  assertion('no action has failed', noFailedActions),
  assertion('every resource is active, where it must be', resourcesPlaced(cluster)),
  assertion('the floating IP is on one node', withTopology(cluster, floatingIpOnOneNode(cluster))),
  ...(servesPage(cluster) ? [assertion('the page answers through the floating IP', pageThroughFloatingIp(cluster))] : []),
  assertion('fencing is on', fencingIsOn(cluster)),
  assertion('corosync and pacemaker are held', daemonsAreHeld),
  assertion('corosync and pacemaker come back when killed', daemonsComeBack),
])
