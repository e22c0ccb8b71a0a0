import type { ManagerName } from './managers/manager.js'

/**
 * Detects which manager manages an interface. The active units do not show it: NetworkManager is also active next to ifupdown.
 * So each manager is asked about the interface itself (measured on Debian 12; docs/facts.md, Network managers).
 */
export interface Probes {
  /** `nmcli -g GENERAL.STATE,GENERAL.CONNECTION device show IFACE` */
  nmcli: string
  /** `networkctl --no-legend list IFACE` */
  networkctl: string
  /** The existing control sockets, one per line, then `dhcpcd -U IFACE` */
  dhcpcd: string
  /** `ifquery --state IFACE` */
  ifquery: string
}

const marker = '--ha-run-next-probe--'

/**
 * Prints the output of the four probes, separated by marker lines. A tool is not run if it is not installed or its daemon has no
 * files in /run: on most nodes only one or two tools are run. None of them starts a daemon. Since version 9, `dhcpcd -U` asks the
 * running daemon over its socket; before, it prints the lease on disk without asking, so the socket must exist (dhcpcd.c of 7.1, 8.1
 * and 9.4).
 */
export function detectScript(iface: string): string {
  const quoted = `'${iface.replaceAll("'", `'\\''`)}'`
  return `(
i=${quoted}
PATH="$PATH:/usr/sbin:/sbin"
LC_ALL=C
export LC_ALL
[ -d /run/NetworkManager ] && command -v nmcli >/dev/null &&
  nmcli -g GENERAL.STATE,GENERAL.CONNECTION device show "$i"
echo ${marker}
[ -e /run/systemd/netif/state ] && command -v networkctl >/dev/null && networkctl --no-legend list "$i"
echo ${marker}
s=
for f in /run/dhcpcd/sock /run/dhcpcd.sock \\
  "/run/dhcpcd/$i.sock" "/run/dhcpcd/$i-4.sock" "/run/dhcpcd-$i.sock" "/run/dhcpcd-$i-4.sock"
do
  [ -S "$f" ] && s=1 && echo "$f"
done
[ "$s" ] && command -v dhcpcd >/dev/null && dhcpcd -U "$i"
echo ${marker}
[ -s /run/network/ifstate ] && command -v ifquery >/dev/null && ifquery --state "$i"
true
) </dev/null 2>/dev/null
`
}

/** Splits the output of `detectScript`. */
export function probesOf(output: string): Probes {
  const [nmcli = '', networkctl = '', dhcpcd = '', ifquery = ''] = output.split(`${marker}\n`)
  return { nmcli, networkctl, dhcpcd, ifquery }
}

/** The manager of the interface, if one of the four manages it. */
export function managerOf(probes: Probes, iface: string): ManagerName | undefined {
  if (managedByNetworkManager(probes.nmcli)) return 'networkmanager'
  if (managedByNetworkd(probes.networkctl, iface)) return 'networkd'
  const isUp = probes.ifquery.split('\n').some(line => line.trim().startsWith(`${iface}=`))
  if (managedByDhcpcd(probes.dhcpcd, isUp)) return 'dhcpcd'
  return isUp ? 'ifupdown' : undefined
}

/** The stanza with which ifupdown has the interface up: `eth0=home` if an admin or a mapping has chosen that of `home`. */
export function logicalNameOf({ ifquery }: Probes, iface: string): string {
  const line = ifquery.split('\n').find(one => one.trim().startsWith(`${iface}=`))
  return line?.trim().slice(iface.length + 1) ?? iface
}

/**
 * `100 (connected)` and the states before and after it, from 40, prepare, upward (nm-dbus-types, NMDeviceState). Not
 * `(connected (externally))`: then another program has configured the interface.
 */
function managedByNetworkManager(nmcli: string): boolean {
  const [, state] = /^(\d+) \(/.exec(nmcli) ?? []
  return Number(state ?? 0) >= 40 && !nmcli.includes('(externally)')
}

/** By the last column, SETUP: networkd's state of the interface (networkctl(1)). An interface in use may be `configuring`. */
function managedByNetworkd(networkctl: string, iface: string): boolean {
  const columns = networkctl.split('\n').map(line => line.trim().split(/\s+/))
  const setup = columns.find(fields => fields.length >= 5 && fields[1] === iface)?.at(-1)
  return setup !== undefined && !['unmanaged', 'linger', 'n/a', '-'].includes(setup)
}

/**
 * If ifupdown manages the interface, a dhcpcd for that interface alone was started by ifup, which is how Debian 13 implements
 * `inet dhcp`: then ifupdown's file decides.
 */
function managedByDhcpcd(dhcpcd: string, managedByIfupdown: boolean): boolean {
  const lines = dhcpcd.split('\n')
  const servesAll = lines.includes('/run/dhcpcd/sock') || lines.includes('/run/dhcpcd.sock')
  const hasAddress = lines.some(line => line.startsWith('ip_address='))
  if (managedByIfupdown) return servesAll && hasAddress
  // Version 9 and later print nothing for an interface that they do not manage. Earlier versions have no lease to print for a
  // static address. The socket of a daemon for one interface is named after it (`-U` does not find one started with -4).
  const otherSocket = lines.some(line => line.startsWith('/run/dhcpcd') && line !== '/run/dhcpcd/sock')
  return otherSocket || lines.some(line => line.startsWith('interface='))
}
