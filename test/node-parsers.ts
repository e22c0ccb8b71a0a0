import { readFileSync } from 'node:fs'
import { addressPeriods, lastSignOfLife } from '../roles/drill/address-periods.js'
import { parseJournal } from '../roles/drill/journal.js'
import { hostsFile } from '../roles/network/hosts-file.js'
import { addressingIn } from '../roles/network/managers/inet-stanza.js'
import { iniEntries, setEntry } from '../roles/network/managers/ini.js'
import { effectiveFiles } from '../roles/network/managers/netplan-files.js'
import { networkFileOf } from '../roles/network/managers/networkd.js'
import { addressEntries, partsOf } from '../roles/network/managers/networkmanager-address.js'
import { profileOf } from '../roles/network/managers/networkmanager.js'
import { apacheConfiguration } from '../roles/apache/configuration.js'
import { arbiterAuthority, nodeCertificates } from '../roles/quorum-device/certificate-state.js'
import { linkTraffic } from '../roles/verify/knet-stats.js'
import { nodeProvenance } from '../runner/cluster/adoption/provenance.js'
import { lastEntry } from '../runner/cluster/cib/journal.js'
import { digestOf, versionOf } from '../runner/cluster/cib/version.js'
import { parseCorosyncConf } from '../runner/cluster/corosync/conf.js'
import { corosyncLinks, quorum, runningCmap } from '../runner/cluster/corosync/facts.js'
import { qdevice } from '../runner/cluster/corosync/qdevice.js'
import { flatten } from '../runner/cluster/corosync/settings.js'
import { parseFenceAgent } from '../runner/cluster/fencing/agent-metadata.js'
import { parseAgentMetadata } from '../runner/cluster/pacemaker/agent-metadata.js'
import { clusterState } from '../runner/cluster/pacemaker/facts.js'
import { parseTransition } from '../runner/cluster/pacemaker/transition.js'
import { neighbourAnswers } from '../runner/facts/neighbour-answers.js'
import { addressUse } from '../runner/facts/address-use.js'
import { clockOffset } from '../runner/facts/clock.js'
import type { Fact } from '../runner/facts/fact.js'
import { fileState, fileText } from '../runner/facts/files.js'
import { firewall } from '../runner/facts/firewall/read.js'
import { parseIptables } from '../runner/facts/firewall/iptables.js'
import { hardwareAddresses } from '../runner/facts/hardware-addresses.js'
import { interfaceAddresses } from '../runner/facts/interface-addresses.js'
import { packageState } from '../runner/facts/packages.js'
import { debianVersion } from '../runner/facts/release.js'
import { resolvedName } from '../runner/facts/resolved-names.js'
import { unitState } from '../runner/facts/units.js'
import { processOutput } from '../runner/ssh/outcome.js'
import { samplesIn } from './hostile-output.js'

/** The code that reads what nodes print, with samples of real outputs. */

type Parse = (text: string) => unknown

/** The parser of a fact. */
function of(fact: Fact<unknown>): Parse {
  return text =>
    fact.family.parse(processOutput({ exitCode: 0, stdout: text, stderr: text, timedOut: false }), [fact.argument], {
      from: 0,
      to: 1,
    })
}

const address = '192.168.0.1'
const hosts =
  '127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi.lan raspberrypi\n192.168.0.2 node2 # peer\n::1 ip6-localhost\n'
const keyfile =
  '[connection]\nid=lan\ninterface-name=eth0\n\n[ipv4]\nmethod=manual\naddress1=192.168.0.1/24,192.168.0.254\ndns=1.1.1.1;\n'
const interfaces =
  'auto lo eth0\niface eth0 inet static\n\taddress 192.168.0.1/24\n\tgateway 192.168.0.254 \\\n\tdns-nameservers 1.1.1.1\nsource /etc/network/interfaces.d/*\n'
const netplan =
  'network:\n  version: 2\n  ethernets:\n    eth0: {addresses: [192.168.0.1/24], routes: [{to: default, via: 192.168.0.254}]}\n'
const fences =
  '<resource-agent name="fence_x"><parameters><parameter name="ip" required="1"><content type="string"/></parameter></parameters><actions><action name="on"/></actions></resource-agent>'
const nft =
  '{"nftables":[{"chain":{"family":"ip","table":"f","name":"input","handle":1,"type":"filter","hook":"input","prio":0,"policy":"drop"}}]}'
const stateSamples = samplesIn('cluster/crm-mon', 'output')
const cibSamples = samplesIn('cluster/cib', 'observed')
const confSamples = samplesIn('cluster/corosync-conf', 'output')

export const parsers: [name: string, parse: Parse, samples: string[]][] = [
  ['crm_mon', of(clusterState), stateSamples],
  ['corosync-cfgtool', of(corosyncLinks), samplesIn('cluster/cfgtool', 'output')],
  ['corosync-cmapctl', of(runningCmap), samplesIn('cluster/cmap', 'output')],
  ['corosync-quorumtool', of(quorum), samplesIn('cluster/quorumtool', 'output')],
  ['corosync-qdevice-tool', of(qdevice), samplesIn('cluster/qdevice', 'output')],
  ['statistics of knet', of(linkTraffic), samplesIn('cluster/cmap', 'output')],
  ['corosync.conf', text => flatten(parseCorosyncConf(text)), confSamples],
  ['the version of a CIB', text => [versionOf(text), digestOf(text)], cibSamples],
  ['the journal of CIB changes', of(lastEntry), ['{"after":"0.5.0"}\n']],
  ['crm_simulate', parseTransition, samplesIn('cluster/transition', 'output')],
  ["an agent's metadata", parseAgentMetadata, samplesIn('cluster/agent-metadata', 'output')],
  ["a fence agent's metadata", text => parseFenceAgent('fence_x', text), [fences]],
  ['a journal', parseJournal, [readFileSync('test/cases/drill/killed-12.txt', 'utf8')]],
  [
    'ip monitor',
    text => [addressPeriods(text.split('\n'), address, 1), lastSignOfLife(text.split('\n'))],
    [`present\nalive 1795804705123221000\n[2026-11-27T18:38:00.411793] 2: eth0    inet ${address}/24 scope\n`],
  ],
  [
    '/etc/hosts',
    text =>
      hostsFile(text, [
        { name: 'node1', address },
        { name: 'node2', address: '192.168.0.2' },
      ]),
    [hosts],
  ],
  [
    'a keyfile',
    text => [addressEntries(4, text).map(entry => partsOf(4, entry)), setEntry(text, 'ipv4', 'method', 'manual')],
    [keyfile],
  ],
  ['a .network file', text => iniEntries(text), ['[Match]\nName=eth0\n[Network]\nAddress=192.168.0.1/24\n']],
  ['nmcli', text => profileOf(text, 'eth0'), ['eth0:/etc/NetworkManager/system-connections/a\\:b.nmconnection\n']],
  ['networkctl', networkFileOf, ['Network File: /etc/systemd/network/eth0.network\n']],
  ['interfaces', text => addressingIn(4, text, 'eth0', [address]), [interfaces]],
  ['netplan', text => effectiveFiles([{ path: '/etc/netplan/50.yaml', text }]), [netplan]],
  ['iptables-save', parseIptables, [readFileSync('test/cases/firewall/iptables/iptables.txt', 'utf8')]],
  [
    'packet filter',
    of(firewall),
    [
      [
        ...['', nft, '0', 'table ip f {\n}\n', '0', '*filter\n:INPUT DROP [0:0]\nCOMMIT\n', '0'],
        ...['', '127', '', '127', '', '1', '2: eth0    inet 192.168.0.1/24 scope global eth0\n'],
      ].join('\0'),
    ],
  ],
  [
    "apache's configuration",
    of(apacheConfiguration),
    [`1:1\0${'ab'.repeat(32)} 1:1\0changed ./x\0${'ab'.repeat(32)}  ./apache2.conf\0`],
  ],
  ['certificates', of(nodeCertificates), ['-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n']],
  ['an authority', of(arbiterAuthority), ['-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n']],
  ['who built a cluster', of(nodeProvenance), ['# ha-run\ntotem {\n}\n']],
  ['ARP', of(neighbourAnswers(address)), ['eth0 52:54:00:00:00:01\n']],
  ['use of an address', of(addressUse(address)), ['\x00192.168.0.10 dev eth0 lladdr b8:27:eb:01:02:03 REACHABLE\n']],
  ['a clock', of(clockOffset), ['1795804705.123221000\n']],
  [
    'states of files',
    of(fileState('/etc/x')),
    [['/etc/x', 'regular file', '0644', 'root', 'root', `${'ab'.repeat(32)}  /etc/x`, ''].join('\0')],
  ],
  ['texts of files', of(fileText('/etc/x')), [`ha-run-${'ab'.repeat(12)}\ntext\nha-run-${'ab'.repeat(12)} 0\n`]],
  ['hardware addresses', of(hardwareAddresses), ['/sys/class/net/eth0/address 52:54:00:00:00:01\n']],
  [
    'addresses',
    of(interfaceAddresses),
    ['2: eth0    inet 192.168.0.1/24 brd 192.168.0.255 scope global eth0\\       valid_lft forever\n'],
  ],
  ['packages', of(packageState('corosync')), samplesIn('facts/packages', 'stdout')],
  ["Debian's version", of(debianVersion), ['12.5\n']],
  ['names', of(resolvedName('node2')), ['node2 192.168.0.2 STREAM node2\n']],
  ['units', of(unitState('corosync.service')), samplesIn('facts/units', 'stdout')],
]
