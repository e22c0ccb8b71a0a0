import type { ManagerName } from './manager.js'

/**
 * Who manages an interface. Asking systemd which units are active is no answer: NetworkManager is active beside
 * ifupdown too. So each manager is asked about the interface itself (measured on bookworm; cluster-facts C12).
 */
export interface Probes {
  /** `nmcli -g GENERAL.STATE,GENERAL.CONNECTION device show IFACE` */
  nmcli: string
  /** `networkctl --no-legend list IFACE` */
  networkctl: string
  /** Control sockets that exist, one a line, then `dhcpcd -U IFACE` */
  dhcpcd: string
  /** `ifquery --state IFACE` */
  ifquery: string
}

const marker = '--ha-run-next-probe--'

/**
 * A POSIX sh text that prints what the four probes say, a marker line between two. A tool that is not installed, or
 * whose daemon has left no trace in /run, is not run: on most nodes that leaves one or two processes. Nothing here
 * starts a daemon. `dhcpcd -U` asks the running one over its socket since version 9; before, it prints the lease on
 * disk without asking anybody, so that the socket's presence counts (dhcpcd.c of 7.1, 8.1 and 9.4).
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

/** What `detectScript` printed, in its four parts. */
export function probesOf(output: string): Probes {
  const [nmcli = '', networkctl = '', dhcpcd = '', ifquery = ''] = output.split(`${marker}\n`)
  return { nmcli, networkctl, dhcpcd, ifquery }
}

/** Which of the four manages the interface, if any does. */
export function managerOf(probes: Probes, iface: string): ManagerName | undefined {
  if (isNetworkManagers(probes.nmcli)) return 'networkmanager'
  if (isNetworkds(probes.networkctl, iface)) return 'networkd'
  const isUp = probes.ifquery.split('\n').some((line) => line.trim().startsWith(`${iface}=`))
  if (isDhcpcds(probes.dhcpcd, isUp)) return 'dhcpcd'
  return isUp ? 'ifupdown' : undefined
}

/**
 * `100 (connected)`, and the states on the way there and back: from 40, prepare, on (nm-dbus-types, NMDeviceState). Not
 * `(connected (externally))`: another program configured it and NetworkManager looks on.
 */
function isNetworkManagers(nmcli: string): boolean {
  const [, state] = /^(\d+) \(/.exec(nmcli) ?? []
  return Number(state ?? 0) >= 40 && !nmcli.includes('(externally)')
}

/** The last column, SETUP: networkd's own state of the interface (networkctl(1)). `configuring` is seen in use too. */
function isNetworkds(networkctl: string, iface: string): boolean {
  const columns = networkctl.split('\n').map((line) => line.trim().split(/\s+/))
  const setup = columns.find((words) => words.length >= 5 && words[1] === iface)?.at(-1)
  return setup !== undefined && !['unmanaged', 'linger', 'n/a', '-'].includes(setup)
}

/**
 * A dhcpcd that serves one interface only, beside an ifupdown that counts the interface as its own, was started by
 * ifup (Debian 13's way to do `inet dhcp`): then ifupdown's file decides.
 */
function isDhcpcds(dhcpcd: string, isUpForIfupdown: boolean): boolean {
  const lines = dhcpcd.split('\n')
  const servesAll = lines.includes('/run/dhcpcd/sock') || lines.includes('/run/dhcpcd.sock')
  const hasAddress = lines.some((line) => line.startsWith('ip_address='))
  if (isUpForIfupdown) return servesAll && hasAddress
  // Version 9 and later print nothing for an interface that they must not touch. Before, a static address leaves no
  // lease to print; and of a daemon for one interface the socket's name says all (`-U` misses one started with -4).
  const otherSocket = lines.some((line) => line.startsWith('/run/dhcpcd') && line !== '/run/dhcpcd/sock')
  return otherSocket || lines.some((line) => line.startsWith('interface='))
}
