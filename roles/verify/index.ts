import { withEffectiveDeclaration } from '../../runner/cluster/adoption/foreign-cluster.js'
import { servesPage } from '../../runner/cluster/declaration/declaration.js'
import { assertion, role } from '../../runner/cluster/role.js'
import { withTopology } from './topology.js'
import { arbiterVotes } from './arbiter.js'
import { transientAttributesInCib, oneCib } from './cib.js'
import { clocksAgree } from './clocks.js'
import { ipv6Addresses, noDuplicateAddresses } from './duplicate-addresses.js'
import { daemonsWork, unlessCausedBy } from './daemons.js'
import { placementMeetsConstraints } from './constraints.js'
import { noFailCounts, noFailedActions } from './failures.js'
import { confAsDeclared, configurationInForce, sameConf, sameAuthkey } from './files.js'
import { firewallsLetPass } from './firewall.js'
import { floatingIpOnOneNode, oneMachineAnswers } from './floating-ip.js'
import { daemonsOnHold } from './package-holds.js'
import { ringAndFencingApart } from './fencing/cables.js'
import { oneNodeFencesFirst } from './fencing/delays.js'
import { fencingEnabled } from './fencing/enabled.js'
import { fencingSucceeded, noPendingFencing } from './fencing/history.js'
import { linksCarryTraffic, linksConnected } from './links.js'
import { everyNodeJoined, oneRing, quorate, quorumAsDeclared } from './membership.js'
import { configurationIsValid, everyNodeOnline, oneDc } from './pacemaker.js'
import { pageAtFloatingIp } from './page.js'
import { resourcesRunAsDeclared } from './placement.js'
import { recoveryConfigured } from './recovery-settings.js'
import { probeAnswers } from './probes.js'
import { noMoveConstraints, noAdminOverrides } from './admin-overrides.js'
import { restartOnFailure } from './restart-on-failure.js'
import { sameContent } from './same-content.js'
import { onlyClusterRunsServices, daemonsActiveAndEnabled, noInstallLeftovers, ownUnits } from './services.js'
import { configurationOnDisk } from './storage.js'
import { sameVersions } from './versions.js'

/** What the assertions about the ring depend on. */
const ring = ['corosync'] as const

/** What the assertions about Pacemaker depend on. */
const manager = ['corosync', 'pacemaker'] as const

/**
 * Proves what the other roles have built: from every selected node's own view, by comparing the nodes, and from outside. The
 * sentence of each assertion says what it proves and why that matters.
 */
export default role('verify', ({ cluster }) => [
  // The ring.
  assertion(
    'links are connected, at the declared addresses',
    unlessCausedBy(ring, linksConnected(cluster)),
    'Every node is connected to every other one on each link, at the declared addresses: a link that is down cannot replace another one.',
  ),
  ...(cluster.corosync.transport === 'knet'
    ? [
        assertion(
          'links carry traffic',
          unlessCausedBy(ring, linksCarryTraffic()),
          'Packets are received and sent on each link, and none went down during the check: the reported state of a link may be outdated.',
        ),
      ]
    : []),
  assertion(
    "no firewall drops the cluster's packets",
    withEffectiveDeclaration(cluster, firewallsLetPass),
    "Each node's packet filter lets Corosync's packets and requests for the page through, now and after the next boot.",
  ),
  assertion(
    'every declared node has joined',
    unlessCausedBy(ring, everyNodeJoined(cluster)),
    'The members of the ring are exactly the nodes of the inventory.',
  ),
  assertion(
    'all nodes are in one ring',
    unlessCausedBy(ring, oneRing),
    'All nodes have the same membership, and it is stable: two rings are two clusters, and each runs the resources.',
  ),
  assertion(
    'the cluster is quorate',
    unlessCausedBy(ring, quorate),
    'Every node has quorum: without it, Pacemaker stops all resources.',
  ),
  assertion(
    'quorum settings are as declared',
    unlessCausedBy(ring, withEffectiveDeclaration(cluster, quorumAsDeclared)),
    'The expected votes and flags in force (2Node, WaitForAll …) are the declared ones: they decide which nodes may continue after a failure.',
  ),
  ...(cluster.quorumDevice
    ? [
        assertion(
          'the arbiter votes on every node',
          unlessCausedBy(ring, arbiterVotes(cluster.quorumDevice)),
          'Of two halves of the cluster, the one with its vote goes on: without it, a node that is left alone has no quorum.',
        ),
      ]
    : []),

  // Its configuration, and the daemons.
  assertion(
    'corosync.conf is the same on all nodes',
    sameConf,
    'On a reload each node reads its own file: if the files differed, a reload would break the ring.',
  ),
  assertion(
    'the authkey is the same on all nodes',
    sameAuthkey,
    'With different authkeys, the next reload or restart would isolate the nodes from each other, and each of two nodes would be quorate.',
  ),
  assertion(
    'corosync.conf is as declared',
    withEffectiveDeclaration(cluster, confAsDeclared),
    'The files have the settings of the inventory: nobody has changed them by hand.',
  ),
  assertion(
    'corosync runs the configuration on disk',
    unlessCausedBy(ring, configurationInForce),
    'The settings and the authkey in force are those on disk: a restart or a reboot changes nothing.',
  ),
  assertion(
    'corosync and pacemaker are active and enabled',
    daemonsActiveAndEnabled,
    'Both daemons run, and start again after a reboot or a power failure.',
  ),
  assertion(
    'each daemon answers',
    daemonsWork,
    'Each daemon of Corosync and Pacemaker has a process that answers: a unit stays active when one of its daemons hangs.',
  ),
  assertion(
    'corosync and pacemaker restart on failure',
    restartOnFailure,
    "systemd restarts a daemon that dies: with Debian's own unit, Corosync and its node would stay down.",
  ),
  assertion(
    'no leftovers of the package installation',
    withEffectiveDeclaration(cluster, noInstallLeftovers),
    "No leftover mask keeps a service from starting, and Debian's default cluster does not run.",
  ),
  assertion(
    'all nodes run the same versions',
    sameVersions,
    'Corosync and Pacemaker have the same versions on all nodes: mixed versions are meant for the time of an upgrade only, and nothing is reloaded meanwhile.',
  ),
  assertion(
    'corosync and pacemaker are on hold',
    daemonsOnHold,
    'No unattended upgrade restarts the daemons while resources run.',
  ),
  assertion(
    'clocks agree',
    clocksAgree,
    'The logs of several nodes can be compared, and certificates are valid on all nodes at the same time.',
  ),

  // Pacemaker.
  assertion(
    'all nodes agree on one DC',
    unlessCausedBy(manager, oneDc),
    'All nodes report the same DC, which decides for the whole cluster.',
  ),
  assertion(
    'all nodes are online',
    unlessCausedBy(manager, everyNodeOnline(cluster)),
    'Every node can take over resources.',
  ),
  assertion(
    'all nodes have the same CIB',
    unlessCausedBy(manager, oneCib),
    'Every node has the same configuration in the same version: any of them can become DC and continue with it.',
  ),
  assertion(
    'every node keeps the configuration on disk',
    configurationOnDisk,
    'The CIB on disk is the one in memory, and there is room for the next one and for the files of Corosync: otherwise a restart would lose changes.',
  ),
  assertion(
    'the CIB has all transient node attributes',
    unlessCausedBy(manager, transientAttributesInCib),
    'Fail counts and the results of agents such as ping are in the CIB, where Pacemaker uses them: a cluster can lose them when it was split and reunites.',
  ),
  assertion(
    'the configuration is valid',
    unlessCausedBy(manager, configurationIsValid),
    "Pacemaker's own check, crm_verify, finds no error in the configuration.",
  ),
  assertion(
    'no action has failed',
    unlessCausedBy(manager, noFailedActions),
    'No start, stop or monitor has failed: a failure from which the cluster has recovered may happen again.',
  ),
  assertion(
    'no resource has a fail count',
    unlessCausedBy(manager, noFailCounts),
    'No resource is about to be banned from a node because of its failures.',
  ),
  assertion(
    'no standby, maintenance or stop set by an admin',
    unlessCausedBy(manager, withEffectiveDeclaration(cluster, noAdminOverrides)),
    'No setting of an admin keeps the cluster from taking over.',
  ),
  assertion(
    'no constraint is left from a move or ban',
    unlessCausedBy(manager, noMoveConstraints),
    '`crm resource move` and `ban` create constraints that stay, and may keep a resource from the node that should run it next time.',
  ),

  assertion(
    'recovery from failures is configured',
    unlessCausedBy(manager, withEffectiveDeclaration(cluster, recoveryConfigured)),
    'Resources are monitored, stay where they run, and leave a node on which they keep failing; the ring survives the loss of a link.',
  ),

  // The service.
  assertion(
    'every resource runs where it should',
    unlessCausedBy(manager, withEffectiveDeclaration(cluster, resourcesRunAsDeclared)),
    'Each primitive runs exactly once according to every node, and each clone on every node.',
  ),
  assertion(
    'the placement meets the constraints',
    unlessCausedBy(manager, withEffectiveDeclaration(cluster, placementMeetsConstraints)),
    'Resources run together, apart and in order as the mandatory constraints require.',
  ),
  ...(ownUnits(cluster).length > 0
    ? [
        assertion(
          'only the cluster runs its services',
          withEffectiveDeclaration(cluster, onlyClusterRunsServices),
          'systemd neither starts nor runs the services that the cluster manages.',
        ),
      ]
    : []),
  assertion(
    'the floating IP is on one node',
    unlessCausedBy([], withTopology(cluster, floatingIpOnOneNode(cluster))),
    'According to the kernels, exactly one interface of one node has each address.',
  ),
  assertion(
    'one machine answers for the floating IP',
    unlessCausedBy([], oneMachineAnswers(cluster)),
    'Exactly one machine of the network answers ARP requests or neighbour solicitations for each address, and it is a node of the cluster.',
  ),
  ...(ipv6Addresses(cluster).length > 0
    ? [
        assertion(
          'no IPv6 address failed its duplicate check',
          unlessCausedBy([], noDuplicateAddresses(cluster)),
          'The nodes use their IPv6 addresses and the floating ones: an address that another machine had already is set, and does not work.',
        ),
      ]
    : []),
  ...(servesPage(cluster)
    ? [
        assertion(
          'the page is served at the floating IP',
          withEffectiveDeclaration(cluster, pageAtFloatingIp),
          'A visitor gets the declared page, from the node that has the address.',
        ),
      ]
    : []),
  ...(cluster.sameContent
    ? [
        assertion(
          'the declared content is the same on all nodes',
          sameContent(cluster.sameContent),
          'What users get does not depend on the node: the declared files and folders have the same content everywhere.',
        ),
      ]
    : []),
  ...(cluster.probes ?? []).map(probe =>
    assertion(
      `the probe "${probe.name}" is answered`,
      probeAnswers(cluster, probe),
      'A service of the cluster answers as the inventory declares it, asked as its users ask.',
    ),
  ),
  // Fencing.
  assertion(
    'fencing is enabled',
    unlessCausedBy(manager, fencingEnabled(cluster)),
    'Every node can be fenced from another one by a device that answers: a node that is lost is powered off before another node takes over its resources.',
  ),
  ...(cluster.fencing === 'disabled'
    ? []
    : [
        assertion(
          'the last fencing succeeded',
          unlessCausedBy(manager, fencingSucceeded),
          'The last attempt to fence each node did so: if it fails, the cluster does not take over what ran there.',
        ),
        assertion(
          'no fencing is pending',
          unlessCausedBy(manager, noPendingFencing),
          'No node waits to be fenced: until it is, nothing that ran there starts elsewhere.',
        ),
        ...(cluster.nodes.length === 2
          ? [
              assertion(
                'one of two nodes fences first',
                oneNodeFencesFirst(cluster),
                'If the two nodes lose each other, one of them has to wait: otherwise each could power the other off.',
              ),
            ]
          : []),
        assertion(
          'ring and fencing do not share a cable',
          ringAndFencingApart(cluster),
          'The loss of one cable or switch neither causes a fencing nor prevents it, as far as the addresses show.',
        ),
      ]),
])
