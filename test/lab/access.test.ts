import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import { loadInventory } from '../../runner/inventory/load.js'
import { labInventoryText, knownHostsLine, sshConfigText } from '../../runner/lab/access.js'
import { labOf, nodeOf } from '../../runner/lab/names.js'

const lab = labOf('demo', 2)

test('the inventory is the smallest complete one', t => {
  t.deepEqual(load(labInventoryText(lab)), {
    all: {
      children: {
        web: {
          vars: { cluster: { name: 'pacemaker1', floating_ip: '192.168.0.10/24', fencing: 'disabled' } },
          hosts: { node1: { ansible_host: '192.168.0.1' }, node2: { ansible_host: '192.168.0.2' } },
        },
      },
    },
  })
})

test('with plugs and an arbiter, the inventory declares them for fencing and quorum', t => {
  const device = (number: number) => ({
    agent: 'fence_plug',
    fences: `node${number}`,
    params: { ip: `192.168.0.10${number}`, type: 'shelly2' },
    secrets: { password: { file: '/var/lib/ha-run/lab/labs/demo/plug_password' } },
  })
  t.deepEqual(load(labInventoryText(labOf('demo', 2, { plugs: true, arbiter: true }))), {
    all: {
      hosts: { arbiter: { ansible_host: '192.168.0.99' } },
      children: {
        web: {
          vars: {
            cluster: {
              name: 'pacemaker1',
              floating_ip: '192.168.0.10/24',
              fencing: { devices: { plug1: device(1), plug2: device(2) } },
              quorum_device: { host: 'arbiter', algorithm: 'ffsplit' },
            },
          },
          hosts: { node1: { ansible_host: '192.168.0.1' }, node2: { ansible_host: '192.168.0.2' } },
        },
      },
    },
  })
})

test('ha-run reads the inventory of every kind of lab', t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-lab-'))
  for (const plugs of [false, true]) {
    for (const arbiter of [false, true]) {
      const path = join(folder, `${plugs}-${arbiter}.yml`)
      writeFileSync(path, labInventoryText(labOf('demo', 2, { plugs, arbiter })))
      const [cluster] = readClusters(loadInventory(path))
      t.is(typeof cluster?.fencing === 'object', plugs)
      t.is(cluster?.quorumDevice?.arbiter.name, arbiter ? 'arbiter' : undefined)
    }
  }
  rmSync(folder, { recursive: true })
})

test('the ssh configuration knows the arbiter too', t => {
  t.regex(sshConfigText(labOf('demo', 1, { arbiter: true }), 'root'), /^Host arbiter 192\.168\.0\.99$/m)
})

test("the ssh configuration knows nodes by name and address, and enters the lab's namespace", t => {
  const [first, second] = sshConfigText(lab, 'root').split('\n\n')
  t.is(
    first,
    [
      'Host node1 192.168.0.1',
      '  HostName 192.168.0.1',
      '  User root',
      '  IdentityFile /var/lib/ha-run/lab/labs/demo/key',
      '  IdentitiesOnly yes',
      '  UserKnownHostsFile /var/lib/ha-run/lab/labs/demo/known_hosts',
      '  StrictHostKeyChecking yes',
      '  ProxyCommand nsenter --net=/run/netns/ha-run.demo socat - TCP:%h:%p,connect-timeout=10',
    ].join('\n'),
  )
  t.regex(second ?? '', /^Host node2 192\.168\.0\.2\n/)
})

test("known hosts are kept by address, without the key's comment", t => {
  t.is(knownHostsLine(nodeOf('demo', 1), 'ssh-ed25519 AAAA ha-run lab demo\n'), '192.168.0.1 ssh-ed25519 AAAA\n')
})

test('in a lab of IPv6, addresses stand in quotes and, before a port, in brackets', t => {
  const ipv6 = labOf('six', 2, { arbiter: true, ipv6: true })
  t.regex(
    sshConfigText(ipv6, 'root'),
    /^Host node2 fd00:1::2\n {2}HostName fd00:1::2\n[^]*?socat - TCP:\[%h\]:%p,connect-timeout=10$/m,
  )
  t.is(knownHostsLine(ipv6.nodes[0]!, 'ssh-ed25519 AAAA x\n'), 'fd00:1::1 ssh-ed25519 AAAA\n')
  t.like(load(labInventoryText(ipv6)), {
    all: {
      hosts: { arbiter: { ansible_host: 'fd00:1::99' } },
      children: {
        web: {
          vars: { cluster: { floating_ip: 'fd00:1::10/64' } },
          hosts: { node1: { ansible_host: 'fd00:1::1' }, node2: { ansible_host: 'fd00:1::2' } },
        },
      },
    },
  })
})
