import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssertionEvent } from '../../runner/engine/events.js'
import { labSite, troubles, type Result } from './site-harness.js'

/** Each assertion is made to fail on two real nodes; the others still hold. */
const { site, onLab } = labSite('verify', 2, { layout: 'single' })

/** The node that has the floating IP, and the other. */
const places = { holder: '', passive: '' }
type Where = keyof typeof places | 'node1' | 'node2' | 'both' | 'outside'

async function at(where: Where, script: string): Promise<void> {
  if (where === 'outside') return site.outside(script)
  const names =
    where === 'both'
      ? site.lab.nodes.map(({ name }) => name)
      : [where === 'holder' || where === 'passive' ? places[where] : where]
  await Promise.all(names.map(async name => site.on(name, script)))
}

const assertionsOf = ({ events }: Result) =>
  events.filter((event): event is AssertionEvent => event.event === 'assertion')
const withStatus = (result: Result, status: string) =>
  assertionsOf(result)
    .filter(event => event.status === status)
    .map(({ task }) => task)

/** Waits until a shell command succeeds, 30 s at most. */
const until = (text: string) =>
  `for i in $(seq 900); do { ${text}; } >/dev/null 2>&1 && exit 0; sleep 0.3; done; exit 1`
const allIsWell = until(
  'state=$(crm_mon -1) && echo "$state" | grep -q "Online:.* node1 node2 " && echo "$state" | grep -q "WebSite.*Started" && corosync-quorumtool -s | grep -q "Nodes: *2"',
)

const rewritten = `attrd_updater --refresh; ${until('[ "$(cibadmin -Q | grep -c feature-set)" = 2 ]')}`

/** Runs `work` on a broken cluster, and repairs the cluster in any case. */
async function broken<T>(make: [Where, string][], mend: [Where, string][], work: () => Promise<T>): Promise<T> {
  try {
    for (const [where, script] of make) await at(where, script)
    return await work()
  } finally {
    for (const [where, script] of mend) await at(where, script)
  }
}

interface Fault {
  title: string
  make: [Where, string][]
  /** The assertions that must fail or warn, and their evidence. */
  failing?: Record<string, RegExp>
  warning?: Record<string, RegExp>
  /** Other assertions that may fail too: a visitor may reach either machine. */
  besides?: 'page' | 'any'
  mend: [Where, string][]
  /** Another declaration, which the cluster does not meet. */
  declare?: (cluster: Record<string, unknown>) => void
}

/** Disconnects the nodes from each other, or connects them again; this machine reaches both all the time. */
const isolate = (state: 'on' | 'off') =>
  `for node in node1 node2; do ip link set dev $node type bridge_slave isolated ${state}; done`

const page = 'the page is served at the floating IP'
const conf = '/etc/corosync/corosync.conf'
const cibFolder = '/var/lib/pacemaker/cib'

const faults: Fault[] = [
  {
    title: 'corosync.conf was changed on one node',
    make: [['node1', `sed -i s/3000/3001/ ${conf}`]],
    failing: {
      'corosync.conf is the same on all nodes': /sha256:\w{12} on node1 and sha256:\w{12} on node2/,
      'corosync.conf is as declared': /^node1: totem\.token is 3001 and 3000 is declared$/,
      'corosync runs the configuration on disk': /^node1: totem\.token is 3001 in the file and 3000 in force$/,
    },
    mend: [['node1', `sed -i s/3001/3000/ ${conf}`]],
  },
  {
    title: 'a node has another key',
    make: [['node2', 'cp -p /etc/corosync/authkey /root/key; head -c 256 /dev/urandom >/etc/corosync/authkey']],
    failing: {
      'the authkey is the same on all nodes':
        /authkey secret sha256:\w{12} on node1 and secret sha256:\w{12} on node2$/,
      'corosync runs the configuration on disk':
        /^node2: the authkey in force is secret sha256:\w{12}, and \S+ is secret sha256:\w{12}$/,
    },
    mend: [['node2', 'mv /root/key /etc/corosync/authkey']],
  },
  {
    title: 'more votes are expected than declared',
    make: [['node1', 'corosync-quorumtool -e 5 >/dev/null']],
    failing: { 'quorum settings are as declared': /^node1: 5 votes are expected, not 2; node2: 5 votes/ },
    mend: [['node1', 'corosync-quorumtool -e 2 >/dev/null']],
  },
  {
    title: 'a daemon is stopped by a signal',
    make: [['passive', 'kill -STOP $(pidof pacemakerd)']],
    failing: { 'each daemon answers': /^node[12]: pacemakerd \(process \d+\) is stopped by a signal$/ },
    mend: [['passive', 'kill -CONT $(pidof pacemakerd)']],
  },
  {
    title: 'a daemon does not start at boot',
    make: [['node2', 'systemctl -q disable pacemaker']],
    failing: { 'corosync and pacemaker are active and enabled': /^node2: pacemaker\.service is disabled at boot$/ },
    mend: [['node2', 'systemctl -q enable pacemaker']],
  },
  {
    title: 'a daemon would not restart after a failure',
    make: [
      [
        'node2',
        'mkdir -p /run/systemd/system/corosync.service.d; printf "[Service]\\nRestart=no\\n" >/run/systemd/system/corosync.service.d/zz.conf; systemctl daemon-reload',
      ],
    ],
    warning: { 'corosync and pacemaker restart on failure': /^systemd does not restart corosync on node2$/ },
    mend: [['node2', 'rm -r /run/systemd/system/corosync.service.d; systemctl daemon-reload']],
  },
  {
    title: 'the disk is full, and Pacemaker has stopped writing the CIB',
    make: [
      [
        'passive',
        `cp -a ${cibFolder} /root/cib; mount -t tmpfs -o size=8m none ${cibFolder}; cp -a /root/cib/. ${cibFolder}/; chown hacluster:haclient ${cibFolder}; head -c 9m /dev/zero >${cibFolder}/fill 2>/dev/null; crm_attribute -t crm_config -n cluster-ipc-limit -v 501`,
      ],
    ],
    failing: {
      'every node keeps the configuration on disk':
        /^(node[12]): the CIB on disk is 0\.\d+, and pacemaker runs with 0\.\d+; \1: \/var\/lib\/pacemaker\/cib is full: less than 1 MiB is free$/,
    },
    mend: [
      [
        'passive',
        `umount ${cibFolder}; rm -r /root/cib; kill -PIPE $(pidof pacemaker-based); crm_attribute -q -t crm_config -n cluster-ipc-limit -D`,
      ],
    ],
  },
  {
    title: 'a mask of the package installation is left',
    make: [['passive', 'systemctl -q mask --runtime apache2']],
    failing: { 'no leftovers of the package installation': /^node[12]: apache2\.service is masked-runtime$/ },
    mend: [['passive', 'systemctl -q unmask --runtime apache2']],
  },
  {
    title: 'systemd starts and runs a service of the cluster',
    make: [['passive', 'systemctl -q enable apache2; systemctl start apache2']],
    failing: {
      'only the cluster runs its services':
        /systemd starts apache2\.service at boot; node[12]: systemd runs apache2\.service$/,
    },
    mend: [['passive', 'systemctl -q disable --now apache2']],
  },
  {
    title: 'a firewall would drop requests for the page, if the address came there',
    make: [
      [
        'passive',
        "apt-get -qq update; apt-get -qq install -y nftables >/dev/null; nft add table inet shop; nft add chain inet shop input '{ type filter hook input priority 0; }'; nft add rule inet shop input tcp dport 80 drop",
      ],
    ],
    failing: { "no firewall drops the cluster's packets": /^node[12]: TCP 80 .*is dropped: .* table inet shop/ },
    mend: [['passive', 'nft delete table inet shop; apt-get -qq purge -y nftables >/dev/null']],
  },
  {
    title: 'a node was upgraded, the other was not',
    make: [
      [
        'node2',
        `cp -p /var/lib/dpkg/status /root/status; sed -i '/^Package: corosync$/,/^$/s/^Version: .*/Version: 3.1.99-1/' /var/lib/dpkg/status`,
      ],
    ],
    warning: { 'all nodes run the same versions': /^corosync 3\S+ on node1 and 3\.1\.99-1 on node2$/ },
    mend: [['node2', 'mv /root/status /var/lib/dpkg/status']],
  },
  {
    title: 'a package is not on hold',
    make: [['node2', 'apt-mark unhold corosync >/dev/null']],
    warning: { 'corosync and pacemaker are on hold': /^corosync is not on hold on node2$/ },
    mend: [['node2', 'apt-mark hold corosync >/dev/null']],
  },
  {
    // The nodes of a lab share this machine's clock, so that a wrapper of date(1) reports another time.
    title: 'a clock is ahead',
    make: [
      [
        'node2',
        `printf '#!/bin/sh\\nexec /bin/date -d "+9 seconds" "$@"\\n' >/usr/local/bin/date; chmod +x /usr/local/bin/date`,
      ],
    ],
    warning: { 'clocks agree': /^node2 is [789] s ahead of node1$/ },
    mend: [['node2', 'rm /usr/local/bin/date']],
  },
  {
    title: 'fencing is enabled without a device',
    make: [['node1', 'crm_attribute -t crm_config -n stonith-enabled -v true']],
    failing: { 'the configuration is valid': /node[12]: .*STONITH/s },
    mend: [['node1', 'crm_attribute -t crm_config -n stonith-enabled -v false']],
  },
  {
    title: 'a resource has failed once',
    make: [
      [
        'holder',
        `crm_resource --fail -r WebSite -N $(hostname) >/dev/null 2>&1; sleep 1; ${until('crm_mon -1 | grep -q "WebSite.*Started"')}`,
      ],
    ],
    failing: {
      'no action has failed': /^WebSite_asyncmon_0 on node[12]: /,
      'no resource has a fail count': /^asyncmon_0 of WebSite has failed \d+ times on node[12]$/,
    },
    mend: [
      [
        'holder',
        `crm_resource --cleanup -r WebSite >/dev/null 2>&1; ${until('! cibadmin -Q | grep -q fail-count && crm_mon -1 | grep -q "WebSite.*Started"')}`,
      ],
    ],
  },
  {
    title: 'a fail count is left',
    make: [
      [
        'passive',
        `attrd_updater -n 'fail-count-WebSite#monitor_10000' -U 3 -N $(hostname); ${until('cibadmin -Q | grep -q fail-count')}`,
      ],
    ],
    failing: { 'no resource has a fail count': /^monitor_10000 of WebSite has failed 3 times on node[12]$/ },
    mend: [
      [
        'passive',
        `attrd_updater -n 'fail-count-WebSite#monitor_10000' -D -N $(hostname); ${until('! cibadmin -Q | grep -q fail-count')}`,
      ],
    ],
  },
  {
    // A split leaves this now and then, after it has healed.
    title: 'the CIB has lost the attributes of a node',
    make: [['node1', `cibadmin --delete --force --xpath '//node_state[@uname="node2"]/transient_attributes'`]],
    failing: { 'the CIB has all transient node attributes': /^the attributes of node2 are missing$/ },
    mend: [['node1', rewritten]],
  },
  {
    title: 'a resource of somebody else has no monitor, and no limit of its failures',
    make: [['node1', 'crm -F configure primitive Extra ocf:pacemaker:Dummy >/dev/null 2>&1; crm_resource --wait']],
    warning: {
      'recovery from failures is configured':
        /^Extra has no monitor operation; Extra has no resource-stickiness; Extra has no migration-threshold; /,
    },
    mend: [['node1', 'crm -w -F resource stop Extra; crm -F configure delete Extra']],
  },
  {
    title: 'a node is in standby, and a resource is banned there',
    make: [
      ['passive', 'crm_standby -N $(hostname) -v on; crm_resource --ban -r FloatIP -N $(hostname) >/dev/null 2>&1'],
    ],
    warning: {
      'no standby, maintenance or stop set by an admin': /^node[12] is in standby$/,
      'no constraint is left from a move or ban': /^cli-ban-FloatIP-on-node[12] is left from a move or a ban$/,
    },
    mend: [['passive', 'crm_resource --clear -r FloatIP >/dev/null 2>&1; crm_standby -N $(hostname) -D']],
  },
  {
    title: 'a declared constraint is violated',
    make: [],
    declare: cluster => {
      cluster['constraints'] = {
        location: { NotHere: { resource: 'FloatIP', node: places.holder, score: '-INFINITY' } },
      }
    },
    failing: { 'the placement meets the constraints': /^FloatIP runs on node[12], where it must not run \(NotHere\)$/ },
    mend: [],
  },
  {
    title: 'a declared resource does not exist',
    make: [],
    declare: cluster => {
      cluster['resources'] = { Other: { agent: 'ocf:heartbeat:Dummy' } }
    },
    failing: { 'every resource runs where it should': /^Other runs on no node$/ },
    mend: [],
  },
  {
    title: 'another page is served',
    make: [['holder', 'cp -p /var/www/html/index.html /root/page; echo x >/var/www/html/index.html']],
    failing: { [page]: /serves another page than the declared one$/ },
    mend: [['holder', 'mv /root/page /var/www/html/index.html']],
  },
  {
    title: 'the other node has the floating IP too',
    make: [['passive', 'ip addr add 192.168.0.10/24 dev eth0']],
    failing: {
      'the floating IP is on one node': /^192\.168\.0\.10 is on eth0 of node1 and eth0 of node2$/,
      'one machine answers for the floating IP': /^node1 and node2 have it, so both answer$/,
    },
    besides: 'page',
    mend: [['passive', 'ip addr del 192.168.0.10/24 dev eth0']],
  },
  {
    title: 'a foreign machine has the floating IP',
    make: [['outside', 'ip addr add 192.168.0.10/24 dev br0']],
    failing: {
      'one machine answers for the floating IP':
        /^([0-9a-f]{2}:){5}[0-9a-f]{2}, which belongs to no node of the cluster, answers \(asked from node2\)$/,
    },
    besides: 'page',
    mend: [['outside', 'ip addr del 192.168.0.10/24 dev br0']],
  },
  {
    title: 'the nodes are disconnected from each other',
    make: [
      ['outside', isolate('on')],
      ['both', until('ip -o addr show | grep -q "192.168.0.10/"')],
      ['node1', 'crm_attribute -t crm_config -n cluster-delay -v 61s'],
    ],
    failing: {
      'links are connected, at the declared addresses':
        /^node1: link 0 to node 2 is disconnected; node2: link 0 to node 1 is disconnected$/,
      'links carry traffic': /^node1: link 0 to node 2 is down; node2: link 0 to node 1 is down$/,
      'every declared node has joined': /^node1: node2 \(192\.168\.0\.2\) has not joined; node2: node1/,
      'all nodes are in one ring': /^ring 1\.\w+ on node1 and 2\.\w+ on node2$/,
      'all nodes agree on one DC': /^the DC is node1 on node1 and node2 on node2$/,
      'all nodes are online': /^node1: node2 is offline; node2: node1 is offline$/,
      'all nodes have the same CIB': /^configuration \w{12} on node1 and \w{12} on node2; version/,
      'every resource runs where it should': /FloatIP runs on node1 and node2, according to different nodes/,
      'the floating IP is on one node': /^192\.168\.0\.10 is on eth0 of node1 and eth0 of node2$/,
    },
    besides: 'any',
    mend: [
      ['outside', isolate('off')],
      ['both', allIsWell],
      [
        'node1',
        `crm_attribute -t crm_config -n cluster-delay -D; crm_resource --cleanup >/dev/null 2>&1; ${allIsWell}`,
      ],
      ['node1', rewritten],
    ],
  },
  {
    title: 'one of two nodes has started alone',
    // Without a short dc-deadtime, both would wait 20 s for their first DC afterwards.
    make: [
      ['node1', 'crm_attribute -t crm_config -n dc-deadtime -v 2s'],
      ['both', 'systemctl stop pacemaker corosync'],
      ['node1', `systemctl start corosync; ${until('corosync-quorumtool -s | grep -q "Quorate: *No"')}`],
    ],
    failing: { 'the cluster is quorate': /^node1: no quorum: 1 of 2 votes; node2: corosync does not answer$/ },
    besides: 'any',
    mend: [
      ['both', 'systemctl start corosync pacemaker'],
      ['both', allIsWell],
      ['node1', 'crm_attribute -t crm_config -n dc-deadtime -D'],
    ],
  },
]

onLab('the packages of a cluster of two nodes are on hold', async t => {
  const inventory = await site.inventory('held.yml', cluster => {
    cluster['packages'] = { hold: true }
  })
  const run = await site.run(['site'], { inventory })
  t.is(run.exitCode, 0, troubles(run))
  const holds = await site.on('node1', 'ip -o addr show | grep -c 192.168.0.10/ || :')
  Object.assign(places, holds === '1\n' ? { holder: 'node1', passive: 'node2' } : { holder: 'node2', passive: 'node1' })
})

onLab('all assertions hold; each has its meaning, evidence and hint', async t => {
  const junit = join(site.lab.dir, 'verify.xml')
  const run = await site.run(['verify', '--stable', '1', '--junit', junit])
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(withStatus(run, 'warning'), ['fencing is enabled'])
  const assertions = assertionsOf(run)
  t.true(
    assertions.every(({ meaning, evidence, hint }) =>
      [meaning, evidence, hint].every(text => text !== undefined && text.length > 3),
    ),
  )
  t.regex(assertions.find(({ task }) => task === 'fencing is enabled')!.hint!, /two nodes .*both take the floating IP/)
  const xml = await readFile(junit, 'utf8')
  t.true(assertions.every(({ meaning }) => xml.includes(meaning!.slice(0, 20).replaceAll("'", '&apos;'))))
})

const proved = new Set<string>(['fencing is enabled'])

for (const { title, make, failing = {}, warning = {}, besides, mend, declare } of faults) {
  onLab(`verify notices: ${title}`, async t => {
    const run = await broken(make, mend, async () => {
      const inventory = declare ? await site.inventory('other.yml', declare) : site.lab.inventory
      return site.run(['verify', '--stable', '0'], { inventory })
    })
    const assertions = assertionsOf(run)
    for (const [status, expected] of [
      ['failed', failing],
      ['warning', warning],
    ] as const) {
      for (const [name, evidence] of Object.entries(expected)) {
        const event = assertions.find(({ task }) => task === name)
        t.is(event?.status, status, `${name}: ${event?.evidence}`)
        t.regex(event?.evidence ?? '', evidence)
        proved.add(name)
      }
    }
    if (besides !== 'any') {
      t.deepEqual(
        withStatus(run, 'failed')
          .filter(name => besides !== 'page' || name !== page)
          .toSorted(),
        Object.keys(failing).toSorted(),
      )
      t.deepEqual(withStatus(run, 'warning').toSorted(), [...Object.keys(warning), 'fencing is enabled'].toSorted())
    }
    t.is(run.exitCode, Object.keys(failing).length > 0 ? 2 : 0)
  })
}

onLab('a link that is silent for a moment is detected within the window, with its time', async t => {
  await site.on(
    'node1',
    'for i in $(seq 900); do corosync-cmapctl -m stats stats.knet.node2.link0.connected | grep -q "= 1" && break; sleep 0.2; done',
  )
  // After the first check, and longer than knet's time-out, but shorter than the token's.
  const words = ['verify', '--stable', '10', '-i', site.lab.inventory, '-F', site.lab.sshConfig]
  const { exitCode, screen } = await site.terminalUntil(words, 'all hold: watched for', async () =>
    site.outside(`${isolate('on')}; sleep 2.2; ${isolate('off')}`),
  )
  t.is(exitCode, 2, screen)
  t.regex(screen, /links carry traffic [^\n]*FAILED[^\n]*after \d+\.\d s[^\n]*\n[^\n]*(down|nothing is received)/)
  proved.add('links carry traffic')
})

onLab('every assertion has been made to fail or to warn', async t => {
  const run = await site.run(['verify', '--stable', '0'])
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(
    assertionsOf(run)
      .map(({ task }) => task)
      .filter(name => !proved.has(name)),
    [],
  )
})

onLab('a terminal shows the progress of the window', async t => {
  const { exitCode, screen } = await site.terminal([
    'verify',
    '--stable',
    '3',
    '-i',
    site.lab.inventory,
    '-F',
    site.lab.sshConfig,
  ])
  t.is(exitCode, 0, screen)
  // On a busy machine a check takes longer than a second.
  t.regex(screen, /verify 1\/\d+ +\d+ asser[^\n]*all hold: watched for \d of 3 s/)
  t.regex(screen, /stable[^\n]*for 3 s, in \d+ checks/)
})
