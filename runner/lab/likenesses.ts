import { labNetworks } from './names.js'
import type { Recipe, RecipeFile } from './recipe.js'

const { gateway, prefixLength } = labNetworks[4]

/**
 * Machines like a fresh Raspberry Pi with each release of Raspberry Pi OS, made of Debian's packages: what differs from a Debian
 * by its installer, as far as a container can have it. A container has no clock of its own, no boot partition and no udev.
 * NetworkManager is Debian's: that of Raspberry Pi OS also writes changes by `nmcli` to /etc/netplan.
 */

/** What all releases have in common: the user `pi` may use sudo without a password, nobody logs in as root. */
const raspberryPi = {
  hostName: 'raspberrypi',
  locale: 'en_GB.UTF-8',
  maskedUnits: [],
  login: 'pi',
} satisfies Partial<Recipe>

const packages = ['fake-hwclock', 'locales']
const files: RecipeFile[] = [{ path: '/etc/locale.gen', content: 'en_GB.UTF-8 UTF-8\n' }]

/** dhcpcd; without udev it finds no interface unless it is told that there is none. */
const bullseye: Recipe = {
  ...raspberryPi,
  name: 'raspios-bullseye',
  suite: 'bullseye',
  packages: [...packages, 'dhcpcd5', 'ifupdown'],
  files: [...files, { path: '/etc/network/interfaces', content: 'source-directory /etc/network/interfaces.d\n' }],
  nodeFiles: ({ address }) => [
    {
      path: '/etc/dhcpcd.conf',
      content: [
        '# A sample configuration for dhcpcd.',
        'hostname',
        'clientid',
        'persistent',
        'option rapid_commit',
        'option domain_name_servers, domain_name, domain_search, host_name',
        'option interface_mtu',
        'require dhcp_server_identifier',
        'slaac private',
        'nodev',
        '',
        'interface eth0',
        `static ip_address=${address}/${prefixLength}`,
        `static routers=${gateway}`,
        '',
      ].join('\n'),
    },
  ],
}

/** NetworkManager alone. The profile has the name of the one that it makes by itself, and that nmtui edits. */
const bookworm: Recipe = {
  ...raspberryPi,
  name: 'raspios-bookworm',
  suite: 'bookworm',
  packages: [...packages, 'network-manager'],
  files,
  nodeFiles: ({ address }) => [
    {
      path: '/etc/NetworkManager/system-connections/Wired connection 1.nmconnection',
      mode: '0600',
      content: [
        '[connection]',
        'id=Wired connection 1',
        'uuid=c5a1c2d6-8a1d-3d2c-9d6a-3f0b7f6f1f10',
        'type=ethernet',
        'autoconnect-priority=-999',
        'interface-name=eth0',
        '',
        '[ethernet]',
        '',
        '[ipv4]',
        `address1=${address}/${prefixLength},${gateway}`,
        'method=manual',
        '',
        '[ipv6]',
        'addr-gen-mode=default',
        'method=auto',
        '',
        '[proxy]',
        '',
      ].join('\n'),
    },
  ],
}

/**
 * cloud-init with the three files that Raspberry Pi Imager writes to the boot partition; it writes /etc/netplan/50-cloud-init.yaml
 * and, at each boot, /etc/hosts. netplan renders for NetworkManager. The settings in /etc/cloud and /usr/lib/netplan are those of
 * pi-gen (stage2/04-cloud-init).
 */
const trixie: Recipe = {
  ...raspberryPi,
  name: 'raspios-trixie',
  suite: 'trixie',
  packages: [...packages, 'cloud-init', 'netplan.io', 'network-manager'],
  files: [
    ...files,
    {
      path: '/etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg',
      content: [
        'datasource_list: [ NoCloud, None ]',
        'datasource:',
        '  NoCloud:',
        '    seedfrom: file:///boot/firmware/',
        'ssh_deletekeys: false',
        'ssh_genkeytypes: []',
        '',
      ].join('\n'),
    },
    {
      path: '/usr/lib/netplan/00-network-manager-all.yaml',
      mode: '0600',
      content: 'network:\n  version: 2\n  renderer: NetworkManager\n',
    },
    { path: '/boot/firmware/meta-data', content: 'dsmode: local\ninstance_id: rpios-image\n' },
  ],
  nodeFiles: ({ address, publicKey }) => [
    {
      path: '/boot/firmware/user-data',
      content: [
        '#cloud-config',
        'hostname: raspberrypi',
        'manage_etc_hosts: true',
        'apt:',
        '  preserve_sources_list: true',
        'timezone: Europe/London',
        'users:',
        '- name: pi',
        '  groups: users,sudo',
        '  shell: /bin/bash',
        '  sudo: ALL=(ALL) NOPASSWD:ALL',
        '  ssh_authorized_keys:',
        `  - ${publicKey}`,
        'ssh_pwauth: false',
        '',
      ].join('\n'),
    },
    {
      path: '/boot/firmware/network-config',
      content: [
        'network:',
        '  version: 2',
        '  ethernets:',
        '    eth0:',
        '      dhcp4: false',
        '      addresses:',
        `      - ${address}/${prefixLength}`,
        '      routes:',
        '      - to: default',
        `        via: ${gateway}`,
        '      optional: true',
        '',
      ].join('\n'),
    },
  ],
}

export const likenesses: readonly Recipe[] = [bullseye, bookworm, trixie]
