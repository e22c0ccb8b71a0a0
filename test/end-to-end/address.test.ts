import { boot, powerKill } from '../../runner/lab/index.js'
import { labSite, tasksOf, troubles, withStatus, type Result } from './site-harness.js'

/**
 * A node's own address changes under the connection that changes it: to one that answers, and the run goes on there; to
 * one that cannot, and the node is back by itself.
 */
const { site, onLab } = labSite('address', 2)
const [, node2] = site.lab.nodes as [never, (typeof site.lab.nodes)[number]]

/** Each node's last number. */
type Numbers = Record<string, number>
const address = (number: number) => `192.168.0.${number}`

/** The lab's inventory with addresses declared; `at`: where an admin has written that nodes are now. */
const declared = async (numbers: Numbers, at: Numbers = {}) =>
  site.inventory(`${JSON.stringify([numbers, at])}.yml`, (_, hosts) => {
    for (const [node, number] of Object.entries(at)) Object.assign(hosts[node]!, { ansible_host: address(number) })
    for (const [node, number] of Object.entries(numbers))
      Object.assign(hosts[node]!, { address: `${address(number)}/24` })
  })

/** The lab's ssh configuration as an admin corrects it once nodes have moved. */
const corrected = async (at: Numbers) =>
  site.sshConfig(JSON.stringify(at), text =>
    site.lab.nodes.reduce((all, node) => {
      const now = at[node.name]
      return now === undefined
        ? all
        : all.replace(
            `Host ${node.name} ${node.address}\n  HostName ${node.address}\n`,
            `Host ${node.name} ${address(now)}\n  HostName ${address(now)}\n  HostKeyAlias ${node.address}\n`,
          )
    }, text),
  )

/** Nobody on the admin's side reaches this address, whoever has it. */
const unreachable = '192.168.0.99'
const makeUnreachable = async () =>
  site.outside(`ip neigh replace ${unreachable} lladdr 02:00:00:00:00:01 nud permanent dev br0`)

const addresses = async (node: string) =>
  (await site.on(node, 'ip -4 -o address show dev eth0 scope global')).match(/(?<=inet )[\d./]+/g)
const file = async (node: string, path: string) => site.on(node, `stat -c '%a %U:%G %s %y' ${path}; sha256sum ${path}`)
/** What a change leaves on a node: its files, its units, and the cluster's lock in nobody's hands. */
const remains = async (node: string) =>
  site.on(
    node,
    `ls -d /var/lib/ha-run/address /run/ha-run.address /etc/systemd/system/ha-run* /etc/systemd/system/*.wants/ha-run* /etc/network/.*ha-run /etc/.*ha-run 2>/dev/null
systemctl list-units --no-legend 'ha-run*'; flock -n /run/lock/ha-run.pacemaker1 true || echo locked`,
  )
const staticAddress = (result: Result, host: string) =>
  tasksOf(result).find(task => task.task === 'static address' && task.host === host)!

onLab(
  "a firewall that drops the cluster's packets: a run stops, opens them where that is declared, and repairs them",
  async t => {
    await site.on(
      'node2',
      `apt-get -qq update; apt-get -qq -y install nftables >/dev/null 2>&1
cat >/etc/nftables.conf <<'END'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname lo accept
    ip protocol icmp accept
    tcp dport 22 accept
  }
}
END
systemctl enable -q --now nftables`,
    )
    const stopped = await site.run(['site'])
    t.is(stopped.exitCode, 2)
    t.deepEqual(withStatus(stopped, 'changed'), [])
    t.regex(
      troubles(stopped),
      /node2: UDP 5405 from node1, TCP 80 \(the page\) from node1 is dropped: `policy drop` in chain input of table inet filter"/,
    )
    const inventory = await site.inventory('open.yml', cluster => Object.assign(cluster, { firewall: 'open' }))
    const opened = "network: the firewall lets the cluster's packets pass"
    const conf = await file('node2', '/etc/nftables.conf')
    const plan = await site.run(['network', '--check'], { inventory })
    t.true(withStatus(plan, 'would-change').includes(`node2 ${opened}`), troubles(plan))
    t.is(await file('node2', '/etc/nftables.conf'), conf)
    const run = await site.run(['network'], { inventory })
    t.is(run.exitCode, 0, troubles(run))
    t.deepEqual(
      withStatus(run, 'changed').filter(name => name.endsWith(opened)),
      [`node2 ${opened}`],
    )
    const rules = /ip saddr 192\.168\.0\.1 udp dport 5405 accept/
    t.regex(await site.on('node2', 'nft list chain inet filter input'), rules)
    await site.on('node2', 'systemctl restart nftables')
    t.regex(await site.on('node2', 'nft list chain inet filter input'), rules)
    t.deepEqual(withStatus(await site.run(['network'], { inventory }), 'changed'), [])
    // What an admin has loaded again from the former file.
    await site.on('node2', 'nft -f /var/lib/ha-run/former/etc/nftables.conf')
    t.deepEqual(withStatus(await site.run(['network'], { inventory }), 'changed'), [`node2 ${opened}`])
    t.is(await site.on('node2', 'ls -d /run/ha-run.firewall /etc/.*ha-run 2>/dev/null || :'), '')
    await site.on('node2', 'systemctl disable -q --now nftables; nft flush ruleset')
  },
)

onLab('an address that cannot answer: the node is back by itself, and the run says so', async t => {
  await makeUnreachable()
  const before = await file('node2', '/etc/network/interfaces')
  const run = await site.run(['network'], { inventory: await declared({ node2: 99 }) })
  t.is(run.exitCode, 2, troubles(run))
  t.deepEqual(withStatus(run, 'failed', 'unreachable'), ['node2 network: static address'])
  t.regex(
    staticAddress(run, 'node2').error!.message,
    /^192\.168\.0\.99 was not confirmed: node2: no answer\. The node has returned to 192\.168\.0\.2 by itself$/,
  )
  t.true(withStatus(run, 'changed').includes('node1 network: write /etc/hosts'), 'the run goes on for the other node')
  t.deepEqual(await addresses('node2'), ['192.168.0.2/24'])
  t.is(await file('node2', '/etc/network/interfaces'), before)
  t.is(await remains('node2'), '')
  const next = await site.run(['network'])
  t.is(next.exitCode, 0, troubles(next))
})

onLab('a plan says how the address would change, and changes nothing', async t => {
  const before = await file('node1', '/etc/network/interfaces')
  const plan = await site.run(['network', '--check'], { inventory: await declared({ node1: 21 }) })
  t.is(plan.exitCode, 3, troubles(plan))
  t.deepEqual(staticAddress(plan, 'node1').diff!.at(-1), {
    subject: 'address of eth0',
    from: '192.168.0.1/24',
    to: '192.168.0.21/24',
    note: 'armed: the node undoes it after 90 s unless it is confirmed over a new connection to 192.168.0.21',
  })
  t.is(await file('node1', '/etc/network/interfaces'), before)
  t.is(await remains('node1'), '')
})

onLab('an address of another machine is refused', async t => {
  const run = await site.run(['network'], { inventory: await declared({ node1: 254 }) })
  t.is(run.exitCode, 2)
  t.regex(troubles(run), /192\.168\.0\.254 is taken: [0-9a-f:]{17} answers for it/)
})

onLab('where the undo cannot be armed, nothing is changed', async t => {
  const before = await file('node1', '/etc/network/interfaces')
  await site.on('node1', 'mv /usr/bin/systemd-run /usr/bin/systemd-run.away')
  const run = await site.run(['network', '-l', 'node1'], { inventory: await declared({ node1: 21 }) })
  await site.on('node1', 'mv /usr/bin/systemd-run.away /usr/bin/systemd-run')
  t.is(run.exitCode, 2)
  t.regex(troubles(run), /systemd-run: not found/)
  t.is(await file('node1', '/etc/network/interfaces'), before)
  t.is(await remains('node1'), '')
})

onLab('an address that answers: the run goes on there, and the next one finds the node', async t => {
  const inventory = await declared({ node1: 21 })
  const run = await site.run(['network'], { inventory })
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(withStatus(run, 'changed'), [
    'node1 network: static address',
    'node1 network: write /etc/hosts',
    'node2 network: write /etc/hosts',
  ])
  t.regex(
    staticAddress(run, 'node1').effects!.join(),
    /node1 has 192\.168\.0\.21 now.*if `ansible_host` in the inventory is 192\.168\.0\.1, change it/,
  )
  t.deepEqual(await addresses('node1'), ['192.168.0.21/24'])
  t.regex(await site.on('node1', 'ip route'), /default via 192\.168\.0\.254/)
  t.is(await remains('node1'), '')
  const again = await site.run(['network'], { inventory })
  t.deepEqual([again.exitCode, withStatus(again, 'changed')], [0, []], troubles(again))
  t.regex(
    staticAddress(again, 'node1').reason!,
    /node1 has the address 192\.168\.0\.21, but `ansible_host` in the inventory is 192\.168\.0\.1: change it/,
  )
})

onLab('Ctrl-C twice and a power cut while nobody has confirmed: the former address comes back', async t => {
  await makeUnreachable()
  const before = await file('node2', '/etc/network/interfaces')
  const changed = async () =>
    site.on(
      'node2',
      'n=300; until [ -s /var/lib/ha-run/address/result ] || [ $n = 0 ]; do sleep 0.1; n=$((n - 1)); done',
    )
  const at = { node1: 21 }
  const run = await site.interrupted(['network'], await declared({ ...at, node2: 99 }, at), [changed, 1500], {
    config: await corrected(at),
  })
  t.is(run.exitCode, 130)
  t.regex(
    troubles(run),
    /interrupted while waiting for node2 to answer at 192\.168\.0\.99: unless confirmed, it returns to 192\.168\.0\.2 by itself within 90 s/,
  )
  t.deepEqual(await addresses('node2'), ['192.168.0.99/24'])
  await powerKill(node2)
  await boot(node2)
  t.deepEqual(await addresses('node2'), ['192.168.0.2/24'])
  t.is(await file('node2', '/etc/network/interfaces'), before)
  t.is(await remains('node2'), '')
})

onLab('dhcpcd takes a new address too', async t => {
  await site.on(
    'node2',
    `systemctl mask -q --runtime dhcpcd; apt-get -qq update; apt-get -qq -y install dhcpcd >/dev/null 2>&1; systemctl unmask -q --runtime dhcpcd
printf 'auto lo\\niface lo inet loopback\\n' >/etc/network/interfaces; rm -f /run/network/ifstate.eth0; echo lo=lo >/run/network/ifstate
printf 'nodev\\nnoipv4ll\\ninterface eth0\\nstatic ip_address=192.168.0.2/24\\nstatic routers=192.168.0.254\\n' >/etc/dhcpcd.conf
systemctl start dhcpcd; for i in $(seq 900); do dhcpcd -U eth0 2>/dev/null | grep -q ip_address && break; sleep 0.5; done`,
  )
  const run = await site.run(['network'], {
    inventory: await declared({ node1: 21, node2: 22 }, { node1: 21 }),
    config: await corrected({ node1: 21 }),
  })
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(withStatus(run, 'changed').toSorted(), [
    'node1 network: write /etc/hosts',
    'node2 network: static address',
    'node2 network: write /etc/hosts',
  ])
  t.deepEqual(await addresses('node2'), ['192.168.0.22/24'])
  t.regex(await site.on('node2', 'cat /etc/dhcpcd.conf'), /static ip_address=192\.168\.0\.22\/24/)
  t.is(await remains('node2'), '')
})

onLab('under a running Corosync the address stays, unless an outage is allowed', async t => {
  const at = { node1: 21, node2: 22 }
  const config = await corrected(at)
  const formed = await site.run(['corosync', 'authkey'], { inventory: await declared(at, at), config })
  t.is(formed.exitCode, 0, troubles(formed))
  const inventory = await declared({ node1: 31, node2: 22 }, at)
  const before = await file('node1', '/etc/network/interfaces')
  const refused = await site.run(['network'], { inventory, config })
  t.is(refused.exitCode, 2)
  t.regex(
    troubles(refused),
    /would change the address over which ha-run is connected, while Corosync uses it\. Run again with --allow-outage/,
  )
  t.is(await file('node1', '/etc/network/interfaces'), before)
  t.is(await remains('node1'), '')

  const allowed = await site.run(['network', '--allow-outage'], { inventory, config })
  t.is(allowed.exitCode, 0, troubles(allowed))
  t.regex(staticAddress(allowed, 'node1').effects!.join(), /corosync\.service stopped on node1/)
  t.deepEqual(await addresses('node1'), ['192.168.0.31/24'])
  t.is(await site.on('node1', 'systemctl is-active corosync || :'), 'inactive\n')
})
