import { withEffectiveDeclaration } from '../../runner/cluster/adoption/foreign-cluster.js'
import { servesPage } from '../../runner/cluster/declaration/declaration.js'
import { assertion, role } from '../../runner/cluster/role.js'
import { withTopology } from './topology.js'
import { attributesAreInCib, oneCib } from './cib.js'
import { clocksAgree } from './clocks.js'
import { constraintsHold } from './constraints.js'
import { noFailCounts, noFailedActions } from './failures.js'
import { confAsDeclared, corosyncRunsItsFiles, sameConf, sameKey } from './files.js'
import { floatingIpOnOneNode, oneAnswersForFloatingIp } from './floating-ip.js'
import { daemonsAreHeld } from './holds.js'
import { linksCarryTraffic, linksConnected } from './links.js'
import { everyNodeJoined, oneRing, quorate, quorumAsDeclared } from './membership.js'
import { configurationIsValid, everyNodeOnline, fencingIsOn, oneDc } from './pacemaker.js'
import { pageThroughFloatingIp } from './page.js'
import { resourcesPlaced } from './placement.js'
import { noLeftovers, noAdminOverrides } from './purpose.js'
import { daemonsComeBack } from './restart.js'
import { clusterAloneRunsServices, daemonsRunAndStart, noInstallTraps, ownUnits } from './services.js'
import { sameVersions } from './versions.js'

/**
 * Proves what the other roles have built: from every selected node's own view, by comparing the nodes, and once from
 * outside. Each assertion's sentence says what it proves and why that matters.
 */
export default role('verify', ({ cluster }) => [
  // The ring.
  assertion('links are connected, at the declared addresses', linksConnected(cluster),
    'Every node sees every other one on each link, at the addresses that were declared: what is not connected is not there when it is needed.'),
  ...(cluster.corosync.transport === 'knet' ? [assertion('links carry traffic', linksCarryTraffic(),
    'Packets come and go on each link, and none went down while it was looked: a state can be older than the cable that was pulled.')] : []),
  assertion('every declared node has joined', everyNodeJoined(cluster),
    'The members are those of the inventory, all of them and nobody else.'),
  assertion('all nodes are in one ring', oneRing,
    'All nodes are in the same membership, and it is not formed anew all the time: two rings are two clusters that both think they are the one.'),
  assertion('the cluster is quorate', quorate,
    'Every node may act: without quorum Pacemaker stops what it runs.'),
  assertion('quorum counts as declared', withEffectiveDeclaration(cluster, quorumAsDeclared),
    'Expected votes and flags (2Node, WaitForAll …) are in force as declared: they decide who may go on when nodes are lost.'),

  // What it runs with.
  assertion('corosync.conf is the same on all nodes', sameConf,
    'A reload has each node read its own file: where they differ, it would break the ring.'),
  assertion('the key is the same on all nodes', sameKey,
    'With different keys, the next reload or restart leaves each node alone, and two alone are both quorate.'),
  assertion('corosync.conf says what is declared', withEffectiveDeclaration(cluster, confAsDeclared),
    'The files say what the inventory says: nobody has changed them by hand.'),
  assertion('corosync runs what its files say', corosyncRunsItsFiles,
    'What is in force is what would be in force after a restart: a boot brings no surprise.'),
  assertion('corosync and pacemaker run, and start at boot', daemonsRunAndStart,
    'A node that was rebooted, or lost its power, comes back by itself.'),
  assertion('corosync and pacemaker come back when killed', daemonsComeBack,
    'systemd starts a daemon again that was killed: Debian\'s own unit leaves Corosync down, and its node with it.'),
  assertion('nothing of the package install is left', withEffectiveDeclaration(cluster, noInstallTraps),
    'No mask keeps a service from starting, and the cluster that Debian starts by itself is gone.'),
  assertion('versions are not mixed', sameVersions,
    'All nodes run the same Corosync and Pacemaker: mixed versions are for the time of an upgrade only.'),
  assertion('corosync and pacemaker are held', daemonsAreHeld,
    'No unattended upgrade restarts the cluster under its resources.'),
  assertion('clocks agree', clocksAgree,
    'Logs of several nodes can be read together, and certificates and time-outs mean the same everywhere.'),

  // Pacemaker.
  assertion('all nodes agree on one DC', oneDc,
    'One node decides for all, and all know which.'),
  assertion('all nodes are online', everyNodeOnline(cluster),
    'Every node is there to take over.'),
  assertion('all nodes hold one CIB', oneCib,
    'Every node has the same configuration, in the same version: whichever becomes DC goes on with the same.'),
  assertion('the CIB has the attributes of the nodes', attributesAreInCib,
    'What nodes and agents note as long as they run (fail counts, what ping has reached) is where Pacemaker decides by it: a cluster that fell apart and meets again can lose that.'),
  assertion('the configuration is valid', configurationIsValid,
    'Pacemaker itself finds no fault with the configuration.'),
  assertion('no action has failed', noFailedActions,
    'No start, stop or monitor has failed: a failure that was overcome once comes again.'),
  assertion('no resource has a fail count', noFailCounts,
    'No resource is on its way to be kept from a node for its failures.'),
  assertion('nothing is put to rest on purpose', withEffectiveDeclaration(cluster, noAdminOverrides),
    'No maintenance, standby or stop that an admin has set keeps the cluster from taking over.'),
  assertion('no move or ban is left behind', noLeftovers,
    '`crm resource move` and `ban` write constraints that stay, and keep resources from where they should go next time.'),

  // What it is all for.
  assertion('every resource is active, where it must be', withEffectiveDeclaration(cluster, resourcesPlaced),
    'Each primitive runs exactly once, whichever node is asked, and each clone on every node.'),
  assertion('constraints hold in fact', withEffectiveDeclaration(cluster, constraintsHold),
    'What must run together does, what must be apart is, and nothing runs without what comes before it.'),
  ...(ownUnits(cluster).length > 0 ? [assertion('the cluster alone runs its services', withEffectiveDeclaration(cluster, clusterAloneRunsServices),
    'systemd neither starts nor runs what the cluster decides about.')] : []),
  assertion('the floating IP is on one node', withTopology(cluster, floatingIpOnOneNode(cluster)),
    'One interface of one node has the address, by the word of the kernels.'),
  assertion('one machine answers for the floating IP', oneAnswersForFloatingIp(cluster),
    'On the network one machine answers when somebody asks for the address (ARP), and it is a node of the cluster.'),
  ...(servesPage(cluster) ? [assertion('the page answers through the floating IP', withEffectiveDeclaration(cluster, pageThroughFloatingIp),
    'A visitor gets the declared page, from the node that has the address.')] : []),
  assertion('fencing is on', fencingIsOn(cluster),
    'A node that is lost is known to be off before another takes over what it ran.'),
])
