import { readFile, writeFile } from 'node:fs/promises'
import { boot, powerKill } from '../../runner/lab/index.js'
import { holdApt } from './hold-apt.js'
import { labSite, summaryOf, tasksOf, troubles, withStatus } from './site-harness.js'

/**
 * Two clusters from one inventory, of three nodes and of two, from bare in one go; then what people and machines do
 * to a run: other logins, locks, Ctrl-C, nodes that vanish.
 */
const { site, onLab } = labSite('sites', 5)
const hosts = (from: number, to: number) =>
  Object.fromEntries(site.lab.nodes.slice(from, to).map(({ name, address }) => [name, { ansible_host: address }]))
/** Nodes that the inventory gives a host name only. */
const named = (from: number, to: number) =>
  Object.fromEntries(site.lab.nodes.slice(from, to).map(({ name }) => [name, { ansible_host: fqdn(name) }]))
const fqdn = (name: string) => `${name}.example.net`
const hostile = `it's $(touch /tmp/pwned) "x" <&> -n \\ *`

async function twoClusters(): Promise<string> {
  const shared = { fencing: 'disabled' }
  return site.file(
    'two.yml',
    JSON.stringify({
      all: {
        children: {
          three: {
            vars: {
              cluster: {
                name: 'three',
                floating_ip: '192.168.0.10/24',
                ...shared,
                resources: { Note: { agent: 'ocf:heartbeat:Dummy', params: { fake: hostile } } },
              },
            },
            hosts: hosts(0, 3),
          },
          two: {
            vars: {
              cluster: {
                name: 'two',
                floating_ip: '192.168.0.11/24',
                ...shared,
                page: '<p>only $(hostname) & {node}</p>\n',
              },
            },
            hosts: named(3, 5),
          },
        },
      },
    }),
  )
}

/** The nodes of cluster two resolve each other's names, each its own as Debian's installer writes it; and so does ssh. */
async function giveNames(): Promise<void> {
  const [node4, node5] = site.lab.nodes.slice(3)
  for (const [own, other] of [
    [node4!, node5!],
    [node5!, node4!],
  ])
    await site.on(
      own!.name,
      `sed -i 's/^127.0.1.1.*/127.0.1.1 ${fqdn(own!.name)} ${own!.name}/' /etc/hosts; echo '${other!.address} ${fqdn(other!.name)}' >>/etc/hosts`,
    )
  const ssh = await readFile(site.lab.sshConfig, 'utf8')
  await writeFile(
    site.lab.sshConfig,
    ssh.replaceAll(/^Host (node[45]) /gm, (_, name: string) => `Host ${name} ${fqdn(name)} `),
  )
}

onLab('two clusters are built from bare, side by side, over whatever the nodes bring with them', async t => {
  await site.on(
    'node2',
    'apt-get -qq update; apt-get -qq -y install corosync pacemaker >/dev/null 2>&1; for i in $(seq 900); do corosync-quorumtool -s >/dev/null && [ -e /var/lib/pacemaker/cib/cib.xml ] && exit; sleep 0.2; done; exit 1',
  )
  await site.on('node4', holdApt(8))
  await giveNames()
  const run = await site.run(['site'], { inventory: await twoClusters() })
  t.is(run.exitCode, 0, troubles(run))
  t.true(withStatus(run, 'changed').includes('node2 corosync: no default cluster'))
  t.regex(
    await site.on('node2', 'ls /var/backups/ha-run/*/cib/cib.xml; ls /etc/corosync/corosync.conf.default'),
    /debian-cluster/,
  )
  t.regex(
    await site.on('node1', 'corosync-quorumtool -s'),
    /Expected votes:\s+3\n[^]*Flags:\s+Quorate\s*\n/,
    'three nodes have no two_node',
  )
  t.regex(await site.on('node5', 'corosync-quorumtool -s'), /Flags:.*2Node/)
  t.regex(await site.on('node1', 'crm_attribute -t crm_config -n cluster-name -G -q'), /^three/)
  const again = await site.run(['site'], { inventory: await twoClusters() })
  t.deepEqual([again.exitCode, tasksOf(again).filter(({ status }) => status !== 'ok')], [0, []], troubles(again))
})

onLab('values with every dangerous character arrive as they were written', async t => {
  t.is(await site.on('node1', 'crm_resource -r Note -g fake'), `${hostile}\n`)
  t.is(await site.on('node4', 'cat /var/www/html/index.html'), '<p>only $(hostname) & node4</p>\n')
  t.is(await site.on('node1', 'ls /tmp | grep -c pwned || :'), '0\n')
})

onLab(
  'a host name is the address to which the other nodes resolve it, and leads nowhere else once the ring runs',
  async t => {
    const [node4, node5] = site.lab.nodes.slice(3)
    t.regex(
      await site.on('node5', 'cat /etc/corosync/corosync.conf'),
      new RegExp(`ring0_addr: ${node4!.address}\\n[^]*ring0_addr: ${node5!.address}\\n`),
    )
    await site.on('node5', `sed -i 's/^${node4!.address}\\( ${fqdn('node4')}\\)/192.168.0.44\\1/' /etc/hosts`)
    const run = await site.run(['site', '-l', 'two'], { inventory: await twoClusters() })
    await site.on('node5', `sed -i 's/^192.168.0.44 /${node4!.address} /' /etc/hosts`)
    t.deepEqual([run.exitCode, tasksOf(run)], [1, []])
    t.regex(
      troubles(run),
      /node4.example.net resolves to 192.168.0.44, but corosync.conf has .* as the address of node4 in /,
    )
  },
)

onLab('a user with sudo will do, with a password and without', async t => {
  await site.on('node4', 'echo x >/var/www/html/index.html')
  const inventory = await twoClusters()
  const pi = await site.run(['apache', '-l', 'two'], { inventory, config: await site.login('pi') })
  t.deepEqual(
    [pi.exitCode, withStatus(pi, 'changed')],
    [0, ['node4 apache: write /var/www/html/index.html']],
    troubles(pi),
  )
  const silent = await site.run(['verify', '-l', 'two'], { inventory, config: await site.login('admin') })
  t.is(silent.exitCode, 4)
  t.regex(troubles(silent), /node4: sudo requires a password.*--ask-become-pass/)
  const admin = await site.terminal(
    ['verify', '-l', 'two', '--ask-become-pass', '-i', inventory, '-F', await site.login('admin')],
    'raspberry\n',
  )
  t.is(admin.exitCode, 0, admin.screen)
  t.false(admin.screen.includes('raspberry'))
  const wrong = await site.terminal(
    ['verify', '-l', 'two', '--ask-become-pass', '-i', inventory, '-F', await site.login('admin')],
    'banana\n',
  )
  t.is(wrong.exitCode, 4)
  t.regex(wrong.screen, /sudo refused the password/)
  // Without a key, by the passwords in the inventory.
  const keyless = await site.sshConfig('keyless', text =>
    text
      .replaceAll('User root', 'User admin')
      .replaceAll(/IdentityFile .*/g, 'IdentityFile none\n  IdentityAgent none'),
  )
  const withPasswords = async (password: string) =>
    site.file(
      'passwords.yml',
      JSON.stringify({
        ...JSON.parse(await readFile(inventory, 'utf8')),
        passwords: {
          children: { two: null },
          vars: { ansible_password: password, ansible_become_password: 'raspberry' },
        },
      }),
    )
  const byPassword = await site.run(['verify', '-l', 'two'], {
    inventory: await withPasswords('raspberry'),
    config: keyless,
  })
  t.is(byPassword.exitCode, 0, troubles(byPassword))
  const refused = await site.run(['verify', '-l', 'two'], { inventory: await withPasswords('banana'), config: keyless })
  t.is(refused.exitCode, 4)
  t.regex(troubles(refused), /node4: the login was refused.*ansible_password/)
  t.false(JSON.stringify([byPassword, refused]).includes('raspberry'))
  await site.on('node4', 'gpasswd -d admin sudo')
  const none = await site.terminal(
    ['verify', '-l', 'two', '--ask-become-pass', '-i', inventory, '-F', await site.login('admin')],
    'raspberry\n',
  )
  t.is(none.exitCode, 4)
  t.regex(none.screen, /node4: this user may not use sudo/)
})

onLab('a wrong host key and a login that is refused are said in words, and nothing is done', async t => {
  const inventory = await twoClusters()
  const stranger = await site.run(['verify'], {
    inventory,
    config: await site.sshConfig('stranger', text =>
      text.replace(/UserKnownHostsFile .*/g, 'UserKnownHostsFile /dev/null'),
    ),
  })
  t.is(stranger.exitCode, 4)
  t.regex(troubles(stranger), /node1: the host key is not known: it is SHA256:\S+ \(ED25519\)/)
  const nobody = await site.run(['verify'], { inventory, config: await site.login('nobody') })
  t.is(nobody.exitCode, 4)
  t.regex(troubles(nobody), /the login was refused/)
})

onLab('one run at a time: the second is told who holds the cluster, and the other cluster goes on', async t => {
  await site.on(
    'node4',
    `systemd-run -q --unit=holder flock /run/lock/ha-run.two sh -c 'echo somebody@elsewhere >/run/lock/ha-run.two; sleep 300'`,
  )
  await site.come('node4', 'grep -q elsewhere /run/lock/ha-run.two')
  const run = await site.run(['site'], { inventory: await twoClusters() })
  t.is(run.exitCode, 5)
  t.regex(troubles(run), /two is locked on node4 by another run: somebody@elsewhere/)
  t.true(tasksOf(run).every(({ cluster }) => cluster === 'three'))
  const plan = await site.run(['site', '--check'], { inventory: await twoClusters() })
  await site.on('node4', 'systemctl stop holder')
  t.is(plan.exitCode, 0, `a plan takes no lock: ${troubles(plan)}`)
})

/** Everything else has been done, and the one package that nothing waits for is being installed. */
const waitsForApt = async () =>
  site.come('node1', 'pgrep -x apt-get >/dev/null && ! grep -qx x /var/www/html/index.html')

onLab('Ctrl-C finishes the running step and begins nothing; the next run goes on', async t => {
  await site.on('node1', `apt-get -qq -y purge crmsh >/dev/null 2>&1; echo x >/var/www/html/index.html; ${holdApt()}`)
  const interrupted = await site.interrupted(['site'], await twoClusters(), [waitsForApt], {
    then: async () => {
      await site.on('node1', 'systemctl stop hold')
    },
  })
  t.is(interrupted.exitCode, 130)
  // What no other task needs comes last, so that only the proof is left behind it.
  t.deepEqual(withStatus(interrupted, 'changed'), [
    'node1 apache: write /var/www/html/index.html',
    'node1 pacemaker: install crmsh',
  ])
  const assertions = interrupted.events.filter(event => event.event === 'assertion' && event.cluster === 'three')
  t.true(
    assertions.length > 0 &&
      assertions.every(
        event => event.event === 'assertion' && event.status === 'skipped' && event.evidence === 'interrupted',
      ),
  )
  const next = await site.run(['site'], { inventory: await twoClusters() })
  t.deepEqual([next.exitCode, withStatus(next, 'changed')], [0, []], troubles(next))
})

onLab('Ctrl-C twice ends the step on the node too', async t => {
  await site.on('node1', `apt-get -qq -y purge crmsh >/dev/null 2>&1; ${holdApt()}`)
  const abandoned = await site.interrupted(['site'], await twoClusters(), [waitsForApt, 1000])
  t.is(abandoned.exitCode, 130)
  t.is(await site.on('node1', 'systemctl is-active hold'), 'active\n', 'what the step waited for has not come')
  t.is(await site.on('node1', 'pgrep -c apt-get || :'), '0\n')
  await site.on('node1', 'systemctl stop hold; systemctl -q is-enabled corosync')
  const next = await site.run(['site'], { inventory: await twoClusters() })
  t.is(next.exitCode, 0, troubles(next))
})

onLab(
  'a node without power: the others are looked at, nothing shared is changed, and afterwards all is mended',
  async t => {
    const inventory = await twoClusters()
    const node5 = site.lab.nodes[4]!
    await powerKill(node5)
    await site.on('node4', 'echo x >/var/www/html/index.html; sed -i s/3000/3001/ /etc/corosync/corosync.conf')
    const without = await site.run(['site', '-l', 'two'], { inventory })
    t.is(without.exitCode, 4, troubles(without))
    t.is(summaryOf(without).unreachable, 1)
    t.regex(troubles(without), /node5 is unreachable: nothing was changed, this task needs all nodes/)
    await boot(node5)
    const healed = await site.run(['site'], { inventory })
    t.is(healed.exitCode, 0, troubles(healed))
    t.true(withStatus(healed, 'changed').includes('corosync: write /etc/corosync/corosync.conf'))
  },
)

onLab('static addressing is written to the file of the manager in use: ifupdown and dhcpcd', async t => {
  const address = { address: '192.168.0.5/24', gateway: '192.168.0.254', dns: ['192.168.0.254'] }
  const declared = JSON.parse(
    JSON.stringify({
      all: {
        children: {
          two: {
            vars: { cluster: { name: 'two', floating_ip: '192.168.0.11/24', fencing: 'disabled' } },
            hosts: hosts(3, 5),
          },
        },
      },
    }),
  )
  declared.all.children.two.hosts.node5 = {
    ...declared.all.children.two.hosts.node5,
    ...address,
    address: `${site.lab.nodes[4]!.address}/24`,
  }
  const inventory = await site.file('static.yml', JSON.stringify(declared))
  await site.on('node5', 'sed -i /gateway/d /etc/network/interfaces')
  const ifupdown = await site.run(['network', '-l', 'node5'], { inventory })
  t.deepEqual(
    [ifupdown.exitCode, withStatus(ifupdown, 'changed')],
    [0, ['node5 network: static address']],
    troubles(ifupdown),
  )
  t.regex(
    await site.on('node5', 'cat /etc/network/interfaces'),
    /gateway 192\.168\.0\.254[^]*dns-nameservers 192\.168\.0\.254/,
  )
  t.deepEqual(withStatus(await site.run(['network', '-l', 'node5'], { inventory }), 'changed', 'failed'), [])

  declared.all.children.two.hosts.node5.address = '192.168.0.99/24'
  const moved = await site.run(['network', '-l', 'node5'], {
    inventory: await site.file('moved.yml', JSON.stringify(declared)),
  })
  t.is(moved.exitCode, 2)
  t.regex(troubles(moved), /would change the address over which ha-run is connected/)

  await site.on(
    'node5',
    `systemctl mask -q --runtime dhcpcd; apt-get -qq -y install dhcpcd >/dev/null 2>&1; systemctl unmask -q --runtime dhcpcd
printf 'auto lo\\niface lo inet loopback\\n' >/etc/network/interfaces; rm -f /run/network/ifstate.eth0; echo lo=lo >/run/network/ifstate
printf 'nodev\\nnoipv4ll\\ninterface eth0\\nstatic ip_address=${site.lab.nodes[4]!.address}/24\\n' >/etc/dhcpcd.conf
systemctl start dhcpcd; for i in $(seq 900); do dhcpcd -U eth0 2>/dev/null | grep -q ip_address && break; sleep 0.5; done`,
  )
  const dhcpcd = await site.run(['network', '-l', 'node5'], { inventory })
  t.deepEqual(
    [dhcpcd.exitCode, withStatus(dhcpcd, 'changed')],
    [0, ['node5 network: static address']],
    troubles(dhcpcd),
  )
  t.regex(
    await site.on('node5', 'cat /etc/dhcpcd.conf'),
    /static routers=192\.168\.0\.254\nstatic domain_name_servers=192\.168\.0\.254/,
  )
})
