import test from 'ava'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import { readClusters } from '../../../runner/cluster/declaration/read.js'
import { withPresentDevice } from '../../../runner/cluster/corosync/quorum-device.js'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { loadInventory } from '../../../runner/inventory/load.js'

const read = (name: string) => readClusters(loadInventory(`test/cases/declaration/${name}/inventory.yml`)) as [Cluster]
const [plain] = read('good-smallest')
const [cluster] = read('good-arbiter')
const [one, other] = cluster.nodes.map(({ name }) => name) as [string, string]

const conf = (declared: Cluster, texts: (string | undefined)[] = [undefined, undefined]) =>
  wantedConf(declared, [
    [one, texts[0]],
    [other, texts[1]],
  ])
const without = conf(plain)
const declared = conf(cluster)

test('the device takes the place of two_node', t => {
  t.regex(
    declared,
    /quorum \{\n\tprovider: corosync_votequorum\n\texpected_votes: 3\n\tdevice \{\n\t\tmodel: net\n\t\tvotes: 1\n\t\tnet \{\n\t\t\thost: 192\.168\.0\.3\n\t\t\talgorithm: ffsplit\n\t\t\ttls: required\n\t\t\}\n\t\}\n\}\n/,
  )
  t.false(declared.includes('two_node'))
})

test('the files keep the votes that they have, until the certificates are there', t => {
  t.is(conf(withPresentDevice(cluster, [without, without]), [without, without]), without)
  t.is(conf(withPresentDevice(cluster, [undefined, undefined])), without)
  t.is(conf(withPresentDevice(cluster, [declared, declared]), [declared, declared]), declared)
})

test('an interrupted change of the files is finished', t => {
  t.is(conf(withPresentDevice(cluster, [without, declared]), [without, declared]), declared)
})

test('the arbiter may have an IPv6 address, and the files another spelling of it', t => {
  const [node] = cluster.nodes as [Cluster['nodes'][number]]
  const arbiter = { ...node, name: 'arbiter', links: ['fd00:1::9'] }
  const ipv6: Cluster = { ...cluster, quorumDevice: { ...cluster.quorumDevice!, arbiter } }
  const spelt = conf(ipv6).replace('host: fd00:1::9', 'host: FD00:1:0::9')
  t.is(withPresentDevice(ipv6, [spelt, spelt]), ipv6)
  t.not(withPresentDevice(ipv6, [without, without]), ipv6)
})

test('another arbiter stays in the files until it is replaced', t => {
  const former = declared.replace('192.168.0.3', '192.168.0.9')
  t.is(conf(withPresentDevice(cluster, [former, former]), [former, former]), former)
  t.is(conf(cluster, [former, former]), declared)
})

test('a device that is declared no more is removed, and two_node returns', t => {
  t.is(conf(withPresentDevice(plain, [declared, declared]), [declared, declared]), without)
})

test('a device with settings that an inventory cannot declare is neither kept beside two_node nor removed', t => {
  const theirs = declared.replace('tls: required', 'tls: required\n\t\t\ttie_breaker: highest')
  t.throws(() => conf(cluster, [theirs, theirs]), {
    message: /section quorum\.device.* an inventory cannot declare it yet$/,
  })
})
