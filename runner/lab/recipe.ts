import { sha256 } from '../hash.js'
import { familyOf } from '../ip-address.js'
import { likenesses } from './likenesses.js'
import { labNetworkOf } from './names.js'

/** A file of an image or of a node; the mode is 0644 by default. */
export interface RecipeFile {
  path: string
  content: string
  mode?: string
}

/**
 * The recipe of a node: a bare Debian machine like one from an installer or a Raspberry Pi image, and the packages that it can
 * install from a read-only repository. The recipe's hash names the cached image.
 */
export interface Recipe {
  /** Of the likeness, or the release's code name. */
  name: string
  /** The release's code name. */
  suite: string
  /** In addition to `basePackages`; among them is what manages the network. */
  packages: string[]
  /** All nodes have the same host name, as fresh machines do. */
  hostName: string
  locale: string
  /** Files of the image, beside those of every image. */
  files: RecipeFile[]
  maskedUnits: string[]
  /** The user as whom the lab's ssh configuration logs in. */
  login: string
  /** A fresh node's own files: its addresses, in the form of the machine's network manager. */
  nodeFiles: (node: { address: string; publicKey: string }) => RecipeFile[]
}

/** Of every machine, which is minimal; udev is not needed, since devices and the network come from outside. */
export const basePackages = [
  'adduser',
  'dbus',
  'iproute2',
  'iputils-ping',
  'openssh-server',
  'procps',
  'sudo',
  'systemd',
  'systemd-sysv',
]

/** The packages of the repository; it also has all dependencies that the base lacks, without recommendations. */
export const offeredPackages = [
  'apache2',
  'corosync',
  'corosync-qdevice',
  'corosync-qnetd',
  'crmsh',
  'curl',
  'dnsmasq',
  'libnss3-tools',
  'network-manager',
  'nftables',
  'nginx',
  'pacemaker',
  'pacemaker-cli-utils',
  'pcs',
  'resource-agents',
  'ufw',
]

/** The names that releases give to the DHCP client of older Raspberry Pis: each is offered where it exists. */
export const offeredWhereKnown = ['dhcpcd', 'dhcpcd-base', 'dhcpcd5']

/**
 * Fence agents that have a package of their own since Debian 13. All of them together need 310 packages of 85 MB, hypervisors
 * and clouds included; these need 32 of 6 MB.
 */
export const fenceAgentPackages = [
  'fence-agents-amt',
  'fence-agents-apc',
  'fence-agents-apc-snmp',
  'fence-agents-dummy',
  'fence-agents-heuristics-ping',
  'fence-agents-ipmilan',
  'fence-agents-kdump',
  'fence-agents-netio',
  'fence-agents-pve',
  'fence-agents-raritan-px3',
  'fence-agents-redfish',
  'fence-agents-scsi',
  'fence-agents-virsh',
]

/** The packages that the repository gets in a release that has those names. Until Debian 12, one package has all fence agents. */
export function offeredIn(known: Set<string>): string[] {
  const agents = known.has('fence-agents-common') ? fenceAgentPackages : ['fence-agents']
  return [...offeredPackages, ...agents, ...offeredWhereKnown.filter(name => known.has(name))]
}

/** The repository's directory on a node. */
export const repositoryMount = '/srv/ha-run/packages'

/** Timers that would interfere with tests, and the login on an unused console. */
const commonMaskedUnits = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
  'console-getty.service',
]

/**
 * systemd starts all generators at each boot and at each `daemon-reload`, of which an installation of packages causes many;
 * these find nothing to do in a container, and are 12 % of what the building of a cluster costs.
 */
const maskedGenerators = [
  'cryptsetup',
  'debug',
  'fstab',
  'getty',
  'gpt-auto',
  'hibernate-resume',
  'integritysetup',
  'rc-local',
  'run',
  'system-update',
  'veritysetup',
]

/** Files of every base image. */
const commonFiles: RecipeFile[] = [
  // Without a name server a lookup fails at once; with one that does not answer it would take 10 s.
  { path: '/etc/resolv.conf', content: '' },
  { path: '/etc/apt/sources.list', content: `deb [trusted=yes] file:${repositoryMount} ./\n` },
  { path: '/etc/systemd/journald.conf.d/lab.conf', content: '[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\n' },
  { path: '/etc/ssh/sshd_config.d/lab.conf', content: 'HostKey /etc/ssh/ssh_host_ed25519_key\n' },
  { path: '/etc/sudoers.d/pi', content: 'pi ALL=(ALL) NOPASSWD: ALL\n', mode: '0440' },
]

/** A bare Debian of a release, as from its installer: root logs in, and ifupdown has the address. */
function debian(suite: string): Recipe {
  return {
    name: suite,
    suite,
    packages: ['ifupdown'],
    hostName: 'debian',
    locale: 'C.UTF-8',
    files: [],
    maskedUnits: [],
    login: 'root',
    nodeFiles: ({ address }) => [{ path: '/etc/network/interfaces', content: interfacesFile(address) }],
  }
}

/** /etc/network/interfaces of a fresh Debian node. */
export function interfacesFile(address: string): string {
  const { prefixLength, gateway } = labNetworkOf(address)
  return [
    'auto lo',
    'iface lo inet loopback',
    '',
    'auto eth0',
    `iface eth0 ${familyOf(address) === 6 ? 'inet6' : 'inet'} static`,
    `    address ${address}/${prefixLength}`,
    `    gateway ${gateway}`,
    '',
  ].join('\n')
}

/** The recipe of that name: a likeness's, or that of a Debian release. */
export function recipeOf(name: string): Recipe {
  return likenesses.find(likeness => likeness.name === name) ?? debian(name)
}

/** The script that mmdebstrap runs in the finished tree: it adds files and users, and masks units. */
export function customizeScript({ hostName, locale, files, maskedUnits }: Recipe): string {
  const all: RecipeFile[] = [
    { path: '/etc/hostname', content: `${hostName}\n` },
    {
      path: '/etc/hosts',
      content: `127.0.0.1\tlocalhost\n127.0.1.1\t${hostName}\n\n::1\tlocalhost ip6-localhost ip6-loopback\n`,
    },
    { path: '/etc/default/locale', content: `LANG=${locale}\n` },
    { path: '/etc/locale.conf', content: `LANG=${locale}\n` },
    ...commonFiles,
    ...files,
  ]
  return [
    'set -eu',
    'rm -rf /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/99mmdebstrap /etc/ssh/ssh_host_* /etc/resolv.conf',
    `mkdir -p ${repositoryMount}`,
    ...all.flatMap(({ path, content, mode = '0644' }) => [
      `mkdir -p "$(dirname ${path})"`,
      `cat >${path} <<'END-OF-FILE'\n${content}END-OF-FILE`,
      `chmod ${mode} ${path}`,
    ]),
    '[ ! -e /etc/locale.gen ] || locale-gen',
    'useradd --create-home --shell /bin/bash --groups sudo pi',
    'useradd --create-home --shell /bin/bash --groups sudo admin',
    'echo admin:raspberry | chpasswd',
    `systemctl mask ${[...commonMaskedUnits, ...maskedUnits].join(' ')}`,
    'mkdir -p /etc/systemd/system-generators',
    ...maskedGenerators.map(name => `ln -s /dev/null /etc/systemd/system-generators/systemd-${name}-generator`),
  ].join('\n')
}

/** Names the image: another recipe, another image. */
export function recipeHash(name: string): string {
  const recipe = recipeOf(name)
  const parts = [
    recipe.suite,
    packagesOf(recipe),
    offeredPackages,
    offeredWhereKnown,
    fenceAgentPackages,
    customizeScript(recipe),
    repositoryMount,
  ]
  return sha256(JSON.stringify(parts)).slice(0, 12)
}

/** All packages that a fresh node has been given, without their dependencies. */
export const packagesOf = ({ packages }: Recipe) => [...basePackages, ...packages]

/** The command that makes the base image at `root`, from a sources.list and settings of the host's apt. */
export function debootstrapCommand(
  paths: { root: string; sources: string; script: string },
  recipe: Recipe,
  settings: string[],
): string[] {
  return [
    // What mmdebstrap mounts in the tree would outlive it when it is killed; in a namespace of its own it cannot.
    'unshare',
    '--mount',
    'mmdebstrap',
    '--mode=root',
    '--variant=minbase',
    '--format=directory',
    `--include=${packagesOf(recipe).join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    // Absolute, and so the host's own: a private mirror's login.
    '--aptopt=Dir::Etc::netrc "/etc/apt/auth.conf"',
    '--aptopt=Dir::Etc::netrcparts "/etc/apt/auth.conf.d"',
    ...settings.map(setting => `--aptopt=${setting}`),
    `--customize-hook=chroot "$1" sh <${paths.script}`,
    recipe.suite,
    paths.root,
    paths.sources,
  ]
}

/**
 * The host's apt, with its own ways of downloading, made to believe that the base image is what is installed. Its
 * lists, archives, sources and pins are none of the host's.
 */
export function foreignApt(paths: { root: string; sources: string; work: string }): string[] {
  const options = [
    `Dir::State::status=${paths.root}/var/lib/dpkg/status`,
    `Dir::State::extended_states=${paths.root}/var/lib/apt/extended_states`,
    `Dir::State::lists=${paths.work}/lists`,
    `Dir::Cache=${paths.work}/cache`,
    `Dir::Etc::sourcelist=${paths.sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    'APT::Install-Recommends=false',
  ]
  return options.flatMap(option => ['-o', option])
}
